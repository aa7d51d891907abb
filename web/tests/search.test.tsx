// @vitest-environment jsdom
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { answers, api, base, by, hit, searchField, type, where } from './cardvault';
import { openConsole } from './console';

describe('Enter in the search', () => {
  const found = by((search) => ({ items: search.get('q') === 'griffey 89 ud' ? [hit('h2', 'Right Griffey')] : [hit('h1', 'Wrong Griffey')], terms: [] }));
  const server = () => answers({ [`GET ${api}/catalogue/search`]: found });

  test('picks the first hit of the words that are typed, not of those before', async () => {
    openConsole(`${base}/search?q=griffey`, server());
    await screen.findByText('Wrong Griffey');
    const words = await searchField('Search the checklists');
    type(words, 'griffey 89 ud');
    fireEvent.keyDown(words, { key: 'Enter' });
    const dialog = within(await screen.findByRole('dialog'));
    expect(await dialog.findByText('Right Griffey')).toBeTruthy();
    expect(where()).toBe('?q=griffey+89+ud&add=h2');
  });

  test('does so while a card is added too', async () => {
    openConsole(`${base}/cards?add=1`, server());
    const words = await screen.findByRole('textbox', { name: 'Which card is it?' });
    type(words, 'griffey');
    await screen.findByText('Wrong Griffey');
    type(words, 'griffey 89 ud');
    fireEvent.keyDown(words, { key: 'Enter' });
    expect(await screen.findByText('Right Griffey')).toBeTruthy();
    expect(screen.getByLabelText('Notes')).toBeTruthy();
  });

  test('is not waited for by an address whose card is not among the hits', async () => {
    openConsole(`${base}/search?add=h9`, server());
    expect(await screen.findByText('This card is not among the hits')).toBeTruthy();
  });
});

test('a search that finds as many as are given does not say that these are all', async () => {
  const many = Array.from({ length: 30 }, (_, at) => hit(`h${at}`, `Player ${at}`));
  openConsole(`${base}/search?q=p`, answers({ [`GET ${api}/catalogue/search`]: { items: many, terms: [] } }));
  expect(await screen.findByText('The 30 best cards. More words narrow it down.')).toBeTruthy();
});
