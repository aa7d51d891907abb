// @vitest-environment jsdom
import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { answers, base } from './cardvault';
import { openConsole, show } from './console';
import { App } from '../src/App';

// What a browser says of an address whose file is not there any more.
const gone = vi.hoisted(() => () => {
  throw new TypeError('Failed to fetch dynamically imported module');
});
vi.mock('../src/products/cardvault/CardFilters', gone);
vi.mock('../src/account/Door', gone);

const said = () => screen.findByText('Part of this page cannot be loaded; there may be a newer version');

test('a part of a page that is not there any more leaves the shell, and says that there may be a newer version', async () => {
  openConsole(`${base}/cards`, answers());
  expect(await said()).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'Collections' })).toBeTruthy();
});

test('a first part that is not there any more says so, and leaves no empty window', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  window.history.replaceState(null, '', '/sign-in');
  show(<App />);
  expect(await said()).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});
