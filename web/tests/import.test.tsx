// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { answers, api, base, by, press } from './cardvault';
import { later, openConsole } from './console';

describe('a file to import', () => {
  // jsdom's files cannot be read.
  const file = (name: string, arrayBuffer: () => Promise<ArrayBuffer>) => Object.assign(new File(['player'], name, { type: 'text/csv' }), { arrayBuffer });
  const report = { dryRun: true, rows: 1, imported: 0, skipped: 0, errorCount: 0, hasMoreErrors: false, errors: [] };
  const duplicates = () => screen.getByRole<HTMLSelectElement>('combobox', { name: 'Cards that are there already' });
  const chooseWay = (value: string) => fireEvent.change(duplicates(), { target: { value } });
  const open = async (answer: unknown = report) => {
    const server = openConsole(`${base}/import`, answers({ [`POST ${api}/cards/import`]: answer }));
    const input = await screen.findByLabelText<HTMLInputElement>('Choose a file', { selector: 'input' });
    return { ...server, input };
  };

  test('can be chosen again under the same name', async () => {
    const { input } = await open();
    const values: string[] = [];
    Object.defineProperty(input, 'value', { set: (value: string) => values.push(value), get: () => 'C:\\fakepath\\cards.csv' });
    fireEvent.change(input, { target: { files: [file('cards.csv', () => Promise.resolve(new ArrayBuffer(6)))] } });
    expect(await screen.findByText('1 row is ready')).toBeTruthy();
    // A browser says nothing of a choice that the field already holds.
    expect(values).toEqual(['']);
  });

  test('is checked and imported with its duplicates held back or left out, as the person chose', async () => {
    const sent: string[] = [];
    const { input } = await open(
      by((search) => {
        sent.push(search.toString());
        const skipped = search.get('onDuplicate') === 'skip' ? 2 : 0;
        const errors = skipped === 0 ? [{ row: 2, line: 3, column: null, value: null, message: 'This card is in the collection already.' }] : [];
        return search.get('dryRun') === 'true' ? { ...report, rows: 5, skipped, errorCount: errors.length, errors } : { ...report, dryRun: false, rows: 5, imported: 3, skipped };
      }),
    );
    fireEvent.change(input, { target: { files: [file('cards.csv', () => Promise.resolve(new ArrayBuffer(6)))] } });
    expect(await screen.findByText('This card is in the collection already.')).toBeTruthy();

    chooseWay('skip');
    expect(await screen.findByText('3 rows are ready')).toBeTruthy();
    expect(screen.getByText('2 rows are left out: their cards are there already.')).toBeTruthy();
    await press('Import 3 cards');
    expect(await screen.findByText('3 cards were imported')).toBeTruthy();
    expect(screen.getByText('2 rows are left out: their cards are there already.')).toBeTruthy();

    await waitFor(() => expect(duplicates().disabled).toBe(false));
    chooseWay('fail');
    expect(duplicates().value).toBe('fail');
    expect(sent).toEqual(['dryRun=true&onDuplicate=fail', 'dryRun=true&onDuplicate=skip', 'dryRun=false&onDuplicate=skip']);
  });

  test('is checked the other way only when the first check has ended', async () => {
    const first = later();
    const { input, count } = await open((asked: Request) => (asked.url.endsWith('fail') ? first.wait() : Promise.resolve(Response.json({ ...report, rows: 2, skipped: 1 }))));
    fireEvent.change(input, { target: { files: [file('cards.csv', () => Promise.resolve(new ArrayBuffer(6)))] } });
    await waitFor(() => expect(count(`POST ${api}/cards/import`)).toBe(1));

    chooseWay('skip');
    await new Promise((done) => setTimeout(done, 50));
    expect(count(`POST ${api}/cards/import`)).toBe(1);

    first.answer({ ...report, rows: 9 });
    expect(await screen.findByText('1 row is left out: its card is there already.')).toBeTruthy();
    expect(screen.queryByText('9 rows are ready')).toBeNull();
  });

  test('that cannot be read is said to be so', async () => {
    const { input, count } = await open();
    const lost = file('lost.csv', () => Promise.reject(new DOMException('The file has gone.', 'NotReadableError')));
    fireEvent.change(input, { target: { files: [lost] } });
    expect(await screen.findByText('The file cannot be read')).toBeTruthy();
    expect(count(`POST ${api}/cards/import`)).toBe(0);
  });
});
