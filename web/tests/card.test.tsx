// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { answers, api, base, by, card, choose, collection, press, type, where } from './cardvault';
import { openConsole, page, problem } from './console';

describe('a card that is changed', () => {
  const edit = async () => {
    const server = openConsole(`${base}/cards?card=c1&edit=1`, answers({ [`PATCH ${api}/cards/c1`]: card }));
    await screen.findByRole('radio', { name: 'PSA' });
    return server;
  };
  const sent = ({ asked }: { asked: { what: string; body: unknown }[] }) => asked.filter(({ what }) => what.startsWith('PATCH')).map(({ body }) => body);

  test('keeps its quantity when its grader was chosen by mistake', async () => {
    const server = await edit();
    fireEvent.click(screen.getByRole('radio', { name: 'PSA' }));
    expect(screen.getByLabelText<HTMLInputElement>('Quantity').value).toBe('1');
    fireEvent.click(screen.getByRole('radio', { name: 'Raw' }));
    expect(screen.getByLabelText<HTMLInputElement>('Quantity').value).toBe('5');

    type(screen.getByLabelText('Notes'), 'Signed');
    await press('Save');
    await waitFor(() => expect(sent(server)).toEqual([{ notes: 'Signed' }]));
  });

  test('is one copy once it is graded, whatever was typed before', async () => {
    const server = await edit();
    type(screen.getByLabelText('Quantity'), 'five');
    fireEvent.click(screen.getByRole('radio', { name: 'PSA' }));
    await choose(/^Grade/, '9 · MINT');
    await press('Save');
    await waitFor(() => expect(sent(server)).toEqual([{ grader: 'PSA', grade: '9', quantity: 1 }]));
  });

  test('is called after a lost race as its form calls it', async () => {
    const theirs = { ...card, version: 4, collectionId: 'k1', serialLimit: 50 };
    const server = answers({ [`PATCH ${api}/cards/c1`]: problem(412, 'request:changed-meanwhile') });
    openConsole(`${base}/cards?card=c1&edit=1`, server);
    await screen.findByRole('radio', { name: 'PSA' });
    server[`GET ${api}/cards/c1`] = theirs;
    type(screen.getByLabelText('of a print run of'), '99');
    await press('Save');
    expect(await screen.findByRole('rowheader', { name: 'Print run' })).toBeTruthy();
  });

  test('forgets that it could not be read once it is saved anew', async () => {
    const server = answers({ [`PATCH ${api}/cards/c1`]: problem(412, 'request:changed-meanwhile') });
    openConsole(`${base}/cards?card=c1&edit=1`, server);
    await screen.findByRole('radio', { name: 'PSA' });
    server[`GET ${api}/cards/c1`] = problem(500, 'server:failed');
    type(screen.getByLabelText('Notes'), 'Signed');
    await press('Save');
    expect(await screen.findByText('The server failed at this')).toBeTruthy();

    server[`GET ${api}/cards/c1`] = { ...card, version: 4, notes: 'Theirs' };
    await press('Save');
    expect(await screen.findByText('Somebody else changed this card meanwhile')).toBeTruthy();
    expect(screen.queryByText('The server failed at this')).toBeNull();
  });
});

test('collections that could not be read do not look like none, and are read again when they are asked for', async () => {
  const server = answers({ [`GET ${api}/collections`]: problem(500, 'server:failed') });
  openConsole(`${base}/cards?card=c1&edit=1`, server);
  expect(await screen.findByText('The server failed at this')).toBeTruthy();

  server[`GET ${api}/collections`] = page(collection);
  fireEvent.click(screen.getByRole('combobox', { name: 'Collection', hidden: true }));
  fireEvent.click(await screen.findByRole('option', { name: 'Binder', hidden: true }));
  expect(screen.queryByText('The server failed at this')).toBeNull();
});

test('a card whose owner took it back while somebody changed it keeps what was typed', async () => {
  const server = answers({ [`PATCH ${api}/cards/c1`]: problem(412, 'request:changed-meanwhile') });
  openConsole(`${base}/cards?card=c1&edit=1`, server);
  await screen.findByRole('radio', { name: 'PSA' });
  server[`GET ${api}/cards/c1`] = { ...card, version: 4, notes: 'Theirs', canEdit: false };
  type(screen.getByLabelText('Notes'), 'Signed');
  await press('Save');
  expect(await screen.findByText('Somebody else changed this card meanwhile')).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>('Notes').value).toBe('Signed');

  server[`PATCH ${api}/cards/c1`] = problem(403, 'cardvault:not-yours');
  await press('Save mine');
  expect(await screen.findByText('It belongs to somebody else')).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>('Notes').value).toBe('Signed');
});

test('a card of somebody else has no form at its address', async () => {
  openConsole(`${base}/cards?card=c1&edit=1`, answers({ [`GET ${api}/cards/c1`]: { ...card, canEdit: false } }));
  await screen.findByText('No collection');
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
});

test('a card says nothing of what it does not have', async () => {
  openConsole(`${base}/cards?card=c1`, answers());
  await screen.findByText('No collection');
  expect(screen.queryByText('Tags')).toBeNull();
});

describe('a card that is deleted', () => {
  const remove = async () => {
    await press('Delete');
    await press('Delete', within(await screen.findByRole('dialog', { name: /^Delete/ })));
  };
  const gone = { [`DELETE ${api}/cards/c1`]: () => Promise.resolve(new Response(null, { status: 204 })), [`GET ${api}/cards`]: page() };

  test('does not come back by Back', async () => {
    const server = answers();
    const { count, router } = openConsole(`${base}/cards`, server);
    fireEvent.click(await screen.findByText('Ken Griffey Jr.'));
    await screen.findByText('No collection');
    Object.assign(server, gone, { [`GET ${api}/cards/c1`]: problem(404, 'cardvault:unknown-card') });
    await remove();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const back = new Promise((done) => window.addEventListener('popstate', done, { once: true }));
    router.history.back();
    await back;
    await screen.findByText('No cards yet');
    expect(where()).toBe('');
    expect(count(`GET ${api}/cards/c1`)).toBe(1);
  });

  test('shows nothing of itself to whoever comes by its address then', async () => {
    const server = answers();
    const { router } = openConsole(`${base}/cards?card=c1`, server);
    await screen.findByText('No collection');
    Object.assign(server, gone, { [`GET ${api}/cards/c1`]: problem(404, 'cardvault:unknown-card') });
    await remove();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    void router.navigate({ href: `${base}/cards?card=c1` });
    await screen.findByRole('dialog');
    expect(screen.queryByText('No collection')).toBeNull();
    expect(await screen.findByText('This card is not there any more')).toBeTruthy();
  });

  test('by somebody else is said to be gone', async () => {
    const server = answers();
    const { queries } = openConsole(`${base}/cards?card=c1`, server);
    await screen.findByText('No collection');
    server[`GET ${api}/cards/c1`] = problem(404, 'cardvault:unknown-card');
    await queries.invalidateQueries();
    expect(await screen.findByText('This card is not there any more')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
  });

  test('as the only one of a later page leads to the first page, which alone says that there is nothing', async () => {
    const list = (rows: number) => by((search) => (search.has('after') ? page(...Array<unknown>(rows).fill(card)) : page({ ...card, id: 'c2', player: 'Nolan Ryan' })));
    const server = answers({ [`GET ${api}/cards`]: list(1) });
    openConsole(`${base}/cards?after=x&card=c1`, server);
    await screen.findByText('No collection');
    const claim = vi.fn();
    const watch = new MutationObserver(() => {
      if (screen.queryByText('No cards yet') !== null) claim();
    });
    watch.observe(document.body, { childList: true, subtree: true });
    onTestFinished(() => watch.disconnect());
    Object.assign(server, gone, { [`GET ${api}/cards`]: list(0) });
    await remove();
    expect(await screen.findByText('Nolan Ryan')).toBeTruthy();
    await waitFor(() => expect(where()).toBe(''));
    expect(claim).not.toHaveBeenCalled();
  });
});
