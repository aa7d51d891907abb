// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { answers, api, base, by, choose, collection, hit, press, searchField, type, where } from './cardvault';
import { member, openConsole, page, problem } from './console';

test('the last member of a later page leads back to the first page', async () => {
  openConsole('/t/smith/members?after=x', answers({ 'GET /t/smith/api/members': by((search) => (search.has('after') ? page() : page(member('Bob')))) }));
  expect(await screen.findByText('Bob')).toBeTruthy();
  expect(where()).toBe('');
});

describe('a collection that somebody else changed', () => {
  test('is renamed on the version that it has by then', async () => {
    const versions: (string | null)[] = [];
    const server = answers({
      [`PATCH ${api}/collections/k1`]: (asked: Request) => {
        versions.push(asked.headers.get('If-Match'));
        return problem(412, 'request:changed-meanwhile')();
      },
    });
    openConsole(`${base}/collections`, server);
    await press('Rename Binder');
    const dialog = within(await screen.findByRole('dialog'));
    type(dialog.getByLabelText(/^Name/), 'Folder');
    server[`GET ${api}/collections`] = page({ ...collection, name: 'Box', version: 2 });
    await press('Rename', dialog);
    expect(await screen.findByText('Somebody else changed this meanwhile')).toBeTruthy();
    await screen.findByRole('link', { name: 'Box', hidden: true });

    await press('Rename', dialog);
    await waitFor(() => expect(versions).toEqual(['"1"', '"2"']));
  });
});

test('a collection of one card counts one copy', async () => {
  openConsole(`${base}/collections`, answers());
  expect(await screen.findByText('1 card · 1 copy')).toBeTruthy();
});

describe('the field of a list', () => {
  test('is cleared with the filters', async () => {
    openConsole(`${base}/cards?q=griffey`, answers());
    expect((await searchField('Find in your cards')).value).toBe('griffey');
    await press('Filters');
    await press('Clear filters', within(await screen.findByRole('dialog')));
    await waitFor(() => expect(where()).toBe(''));
    expect((await searchField('Find in your cards')).value).toBe('');
  });

  test('is empty after going to the page anew', async () => {
    openConsole(`${base}/search?q=griffey`, answers({ [`GET ${api}/catalogue/search`]: { items: [hit('h1', 'Ken Griffey Jr.')], terms: [] } }));
    expect((await searchField('Search the checklists')).value).toBe('griffey');
    await screen.findByText('Ken Griffey Jr.');
    fireEvent.click(screen.getByRole('link', { name: 'Search' }));
    await waitFor(async () => expect((await searchField('Search the checklists')).value).toBe(''));
    await new Promise((done) => setTimeout(done, 300));
    expect(where()).toBe('');
  });

  test('keeps what is typed while the address learns of it', async () => {
    openConsole(`${base}/cards`, answers());
    const words = await searchField('Find in your cards');
    type(words, 'gri');
    await waitFor(() => expect(where()).toBe('?q=gri'));
    type(words, 'griffey ');
    await waitFor(() => expect(where()).toBe('?q=griffey'));
    expect(words.value).toBe('griffey ');
  });
});

describe('the filters of the cards', () => {
  test('lose the grade with its grader', async () => {
    openConsole(`${base}/cards?grader=PSA&grade=10`, answers());
    await press('Filters (2)');
    await choose('Grader', 'Raw');
    await press('Apply');
    await waitFor(() => expect(where()).toBe('?grader=none'));
  });

  test('refuse a year that is none', async () => {
    openConsole(`${base}/cards`, answers());
    await press('Filters');
    type(await screen.findByLabelText('Year'), 'eighty');
    await press('Apply');
    expect(await screen.findByText('A year such as 1989, please.')).toBeTruthy();
    expect(where()).toBe('');
  });
});
