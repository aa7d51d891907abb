// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { answers, api, base } from './cardvault';
import { openConsole } from './console';

describe('a file to import', () => {
  // jsdom's files cannot be read.
  const file = (name: string, arrayBuffer: () => Promise<ArrayBuffer>) => Object.assign(new File(['player'], name, { type: 'text/csv' }), { arrayBuffer });
  const report = { dryRun: true, rows: 1, imported: 0, skipped: 0, errorCount: 0, hasMoreErrors: false, errors: [] };
  const open = async () => {
    const server = openConsole(`${base}/import`, answers({ [`POST ${api}/cards/import`]: report }));
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

  test('that cannot be read is said to be so', async () => {
    const { input, count } = await open();
    const lost = file('lost.csv', () => Promise.reject(new DOMException('The file has gone.', 'NotReadableError')));
    fireEvent.change(input, { target: { files: [lost] } });
    expect(await screen.findByText('The file cannot be read')).toBeTruthy();
    expect(count(`POST ${api}/cards/import`)).toBe(0);
  });
});
