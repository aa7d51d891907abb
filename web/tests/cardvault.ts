import { fireEvent, screen } from '@testing-library/react';
import { me, page, type Answers } from './console';

// The product's pages in the tests: what the server says of them, and how a person works on them.

export const base = '/t/smith/cardvault';
export const api = '/t/smith/api/cardvault';

export const card = {
  id: 'c1',
  player: 'Ken Griffey Jr.',
  attributes: [],
  set: '1989 Upper Deck',
  quantity: 5,
  insured: false,
  tags: [],
  warnings: [],
  canEdit: true,
  version: 3,
  createdAt: '2026-01-02T03:04:05Z',
  updatedAt: '2026-01-02T03:04:05Z',
};
export const collection = { id: 'k1', name: 'Binder', ownerId: 'x', cards: 1, copies: 1, canEdit: true, version: 1, createdAt: '2026-01-02T03:04:05Z' };
export const hit = (id: string, player: string) => ({ id, player, attributes: [], release: '1989 Upper Deck', set: 'Base', cardNumber: '1', variations: [] });

/** What the pages of the product ask in any case, and more. */
export const answers = (more: Answers = {}): Answers => ({
  'GET /api/me': me,
  [`GET ${api}/cards`]: page(card),
  [`GET ${api}/cards/c1`]: card,
  [`GET ${api}/collections`]: page(collection),
  ...more,
});

/** Answers by what stands after the question mark. */
export const by = (answer: (search: URLSearchParams) => unknown) => (asked: Request) => Promise.resolve(Response.json(answer(new URL(asked.url).searchParams)));

// Hidden: jsdom has no layout, so that what floats beside a button never learns its place and stays unseen.
export const press = async (name: string | RegExp, inside: Pick<typeof screen, 'findByRole'> = screen) =>
  fireEvent.click(await inside.findByRole('button', { name, hidden: true }));
export const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
export const choose = async (field: string | RegExp, option: string) => {
  fireEvent.click(await screen.findByRole('combobox', { name: field, hidden: true }));
  fireEvent.click(await screen.findByRole('option', { name: option, hidden: true }));
};
export const searchField = (name: string) => screen.findByRole<HTMLInputElement>('searchbox', { name });
export const where = () => window.location.search;
