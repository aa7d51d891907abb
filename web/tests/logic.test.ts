import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { safeReturn } from '../src/account/door';
import { fieldErrors } from '../src/api/problem';
import { readEvents } from '../src/api/stream';
import en from '../src/i18n/en';
import { parseSearch, stringifySearch } from '../src/kit/searchParams';
import { plans } from '../src/platform/plans.json';
import { suggestSlug } from '../src/platform/slug';
import { changes, differences, emptyCard, requestOf } from '../src/products/cardvault/cardForm';
import { filterOf, typedFilter } from '../src/products/cardvault/filter';
import { conditions, ladders, subgrades } from '../src/products/cardvault/grading';
import { errorFile } from '../src/products/cardvault/imports';

describe('a card in a form', () => {
  const values = { ...emptyCard('GBP'), player: 'Ken Griffey Jr.', year: '1989', cost: '40,00', quantity: '3', condition: 'NM' };

  test('is sent with its money as a decimal with a point and its numbers as numbers', () => {
    expect(requestOf(values, null)).toMatchObject({ player: 'Ken Griffey Jr.', year: 1989, quantity: 3, cost: { amount: '40.00', currency: 'GBP' } });
  });

  test('does not send again what its checklist says', () => {
    expect(requestOf(values, 'k1')).not.toHaveProperty('player');
  });

  test('is one copy without a condition when it is graded', () => {
    const graded = requestOf({ ...values, grader: 'PSA', grade: '10', certificate: '12345678' }, 'k1');
    expect(graded).toMatchObject({ quantity: 1, condition: null, grader: 'PSA', grade: '10', certificate: '12345678' });
  });

  test('sends only the fields that were changed, and null for what was taken away', () => {
    const before = requestOf({ ...values, location: 'Box 4' }, null);
    expect(changes(before, requestOf({ ...values, notes: 'Signed' }, null))).toEqual({ location: null, notes: 'Signed' });
  });

  test('shows after a lost race the fields where both versions differ', () => {
    const theirs = requestOf({ ...values, location: 'Safe' }, null);
    expect(differences(theirs, requestOf({ ...values, location: 'Shelf' }, null))).toEqual([{ field: 'location', theirs: 'Safe', mine: 'Shelf' }]);
  });
});

describe('the ladders', () => {
  test('of PSA have no 9.5, and only BGS has a black label', () => {
    expect(ladders.PSA.map((grade) => grade.text)).not.toContain('9.5');
    expect(
      Object.entries(ladders)
        .filter(([, grades]) => grades.some((grade) => grade.text === '10B'))
        .map(([grader]) => grader),
    ).toEqual(['BGS']);
  });

  test('give the conditions of raw cards without the one that only a grader gives', () => {
    expect(conditions).toHaveLength(18);
    expect(conditions).not.toContain('AUTH');
  });

  test('of subgrades go from 10 to 1 in halves', () => {
    expect([subgrades[0], subgrades[1], subgrades.at(-1)]).toEqual(['10', '9.5', '1']);
  });
});

describe('an address', () => {
  test('keeps its values as they were, numbers and signs too', () => {
    const search = { q: 'griffey 89 & ud', year: '1989', sort: '-year' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  test('that is no year does not become a filter', () => {
    expect(typedFilter({ year: 'x', insured: 'true' })).toEqual({ year: undefined, insured: true, mine: undefined });
  });

  test('whose year is none narrows nothing and counts as no filter', () => {
    expect(filterOf({ year: 'x', grader: 'PSA' })).toEqual({ grader: 'PSA' });
  });

  test('of another host is not returned to after signing in', () => {
    vi.stubGlobal('window', { location: new URL('http://localhost:5080/sign-in') });
    const elsewhere = [null, '//', '//evil.example/x', '/.//evil.example/x', '/t/..//evil.example', '/\t/evil.example', 'https://evil.example', '/\\evil.example', '/sign-in?from=/'];
    expect(elsewhere.filter((from) => safeReturn(from) !== '/')).toEqual([]);
    expect(safeReturn('/t/smith/members?new=1#top')).toBe('/t/smith/members?new=1#top');
    vi.unstubAllGlobals();
  });
});

test('every plan has a name for people', () => {
  expect(Object.keys(en.platform.plans)).toEqual(plans);
});

describe('the suggested slug', () => {
  const slugs = JSON.parse(readFileSync('../tests/Rowhouse.Tenancy.Tests/Kernel/slugs.json', 'utf8')) as Record<string, string | null>;

  test.each(Object.entries(slugs))('of %j is what the server makes of it', (name, slug) => expect(suggestSlug(name)).toBe(slug ?? ''));
});

test("the server's errors find their fields however they are spelled", () => {
  const problem = { type: '', title: '', status: 400, errors: { '$.cost.amount': ['No.'], 'Admin.Email': ['Taken.', 'Really.'], slug: ['Used.'] } };
  expect(fieldErrors(problem)).toEqual({ 'cost.amount': 'No.', 'admin.email': 'Taken. Really.', slug: 'Used.' });

  const listed = { 'externalIds[0]': ['Too long.'], '$.ExternalIds[2]': ['Used.'], 'rows[1].name': ['Needed.'] };
  expect(fieldErrors({ ...problem, errors: listed })).toEqual({ externalIds: 'Too long. Used.', 'rows.1.name': 'Needed.' });
});

test('the list of wrong rows is no formula in a spreadsheet', async () => {
  const file = errorFile([{ row: 1, line: 2, column: 'player', value: '=HYPERLINK("x")', message: 'No, "that".' }], ['Line', 'Column', 'Value', 'What']);
  expect(await file.text()).toBe('Line,Column,Value,What\r\n2,player,"\'=HYPERLINK(""x"")","No, ""that""."\r\n');

  const within = errorFile([{ row: 1, line: 2, column: 'notes', value: 'a;=1+1', message: '"=1' }], ['Line', 'Column', 'Value', 'What']);
  expect(await within.text()).toBe('Line,Column,Value,What\r\n2,notes,a;\'=1+1,"\'""=1"\r\n');
});

describe('a stream of events', () => {
  async function read(...pieces: string[]) {
    const body = new ReadableStream<Uint8Array>({
      start: (own) => {
        for (const piece of pieces) own.enqueue(Uint8Array.from(piece, (letter) => letter.charCodeAt(0)));
        own.close();
      },
    });
    const events = [];
    for await (const event of readEvents(body)) events.push(event);
    return events;
  }

  test('is the same however it is cut, and what is cut off at its end is none', async () => {
    const whole = ': hello\r\n\r\nevent: operation\r\ndata: {"a":\r\ndata:1}\r\nid: 7\r\n\r\nevent: none\n\ndata: \xc3\xa9\n\nevent: operation\ndata: {"b"';
    const events = [
      { name: 'operation', data: '{"a":\n1}' },
      { name: 'message', data: 'é' },
    ];
    expect(await read(whole)).toEqual(events);
    expect(await read(...whole)).toEqual(events);
  });

  test('is let go when nobody reads on', async () => {
    let gone = false;
    const body = new ReadableStream<Uint8Array>({ start: (own) => own.enqueue(new TextEncoder().encode('data: 1\n\n')), cancel: () => void (gone = true) });
    for await (const { data } of readEvents(body)) {
      expect(data).toBe('1');
      break;
    }
    expect(gone).toBe(true);
  });
});
