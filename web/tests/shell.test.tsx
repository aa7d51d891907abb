// @vitest-environment jsdom
import { onlineManager } from '@tanstack/react-query';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ann, later, me, member, openConsole, page, problem, signedOut, smith, tenant, type Answers } from './console';
import { clickBeside, dialog, escape, fill, gone, passed, press } from './hands';

const members = '/t/smith/members';
const membersApi = '/t/smith/api/members';
const link = '/invitation#token=abc';
const invited = (name: string, more: object = {}) => ({ ...member(name), personId: null, status: 'invited', joinedAt: null, ...more });
const answers = (more: Answers = {}): Answers => ({ 'GET /api/me': me, [`GET ${membersApi}`]: page(member('Ann', 'admin'), member('Bob')), ...more });

afterEach(() => onlineManager.setOnline(true));

describe('a one-time link', () => {
  async function addCarl(answer: unknown) {
    const console = openConsole(`${members}?new=1`, answers({ [`POST ${membersApi}`]: answer }));
    const adding = await dialog('Invite member');
    fill(/^Name/, 'Carl', adding);
    fill(/^E-mail/, 'carl@smith.example', adding);
    await press('Invite', adding);
    return console;
  }

  test('stays until somebody says that it is given, whatever is pressed beside it', async () => {
    await addCarl(invited('Carl', { invitationLink: link }));
    const field = await screen.findByLabelText<HTMLInputElement>('One-time link');
    expect(field.value).toContain(link);

    escape();
    clickBeside();
    expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
    act(() => window.history.back());
    await waitFor(() => expect(screen.getByLabelText('One-time link')).toBeTruthy());

    await press('I have given them the link');
    await gone('Invite member');
  });

  test('that is on its way is waited for', async () => {
    const { answer, wait } = later();
    await addCarl(wait);

    escape();
    clickBeside();
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: 'Cancel' })).disabled).toBe(true);
    answer(invited('Carl', { invitationLink: link }));

    expect(await screen.findByLabelText('One-time link')).toBeTruthy();
  });

  test('is not forgotten for the page that is one step back', async () => {
    const { router } = await addCarl(invited('Carl', { invitationLink: link }));
    await screen.findByLabelText('One-time link');

    act(() => void router.navigate({ to: '/', search: { all: '1' } }));
    await passed();

    expect(screen.getByLabelText('One-time link')).toBeTruthy();
  });

  test('that was lost is made anew for somebody who has not joined, and for nobody else', async () => {
    const carl = invited('Carl');
    openConsole(members, answers({ [`GET ${membersApi}`]: page(member('Ann', 'admin'), carl), [`POST ${membersApi}/${carl.id}/link`]: { ...carl, invitationLink: link } }));

    await press('New link for Carl');
    expect(screen.queryByRole('button', { name: 'New link for Ann' })).toBeNull();
    await press('Make a new link');
    expect((await screen.findByLabelText<HTMLInputElement>('One-time link')).value).toContain(link);

    escape();
    expect(screen.getByLabelText('One-time link')).toBeTruthy();
    await press('I have given them the link');
    await gone('New link for Carl');
  });

  test("of a new tenant's first admin stays as well", async () => {
    openConsole('/platform/tenants?new=1', {
      'GET /api/me': { ...me, superAdmin: true, tenants: [] },
      'GET /api/tenants': page(),
      'POST /api/tenants': { ...tenant, admin: invited('Jo', { invitationLink: link }) },
    });
    const making = await dialog('New tenant');
    fill(/^Name/, 'Smith Cards', within(making).getAllByRole('textbox')[0]?.closest('div[class*=TextInput]') as HTMLElement);
    await press('Create tenant', making);
    await screen.findByLabelText('One-time link');

    escape();
    clickBeside();
    expect(screen.getByLabelText('One-time link')).toBeTruthy();

    await press('I have given them the link');
    await gone('New tenant');
  });
});

describe('the end of a session', () => {
  test('that a list notices leaves on the page what was typed, and asks to sign in over it', async () => {
    const server = answers();
    const { queries } = openConsole(`${members}?new=1`, server);
    await dialog('Invite member');
    await screen.findByText('bob@smith.example');
    fill(/^Name/, 'Carl');

    Object.assign(server, { 'GET /api/me': signedOut, [`GET ${membersApi}`]: signedOut });
    await queries.refetchQueries();

    const door = await dialog('Sign in');
    expect(within(door).getByLabelText<HTMLInputElement>('E-mail').value).toBe(ann.email);
    expect(screen.getByLabelText<HTMLInputElement>(/^Name/).value).toBe('Carl');
    await passed();
    expect(document.activeElement).toBe(within(door).getByLabelText('Password'));
  });

  test('is noticed on the start page too, and signing in again goes on with what was refused', async () => {
    const server = answers();
    const { queries, router } = openConsole('/?all=1', server);
    await screen.findByRole('heading', { name: 'Where to?' });
    Object.assign(server, { 'GET /api/me': signedOut, [`GET ${membersApi}`]: signedOut });
    await queries.refetchQueries();
    await dialog('Sign in');

    await act(() => router.navigate({ to: '/t/$tenant/members', params: { tenant: 'smith' } }));
    await screen.findByRole('alert');
    Object.assign(server, answers({ 'POST /api/session': {} }));
    const door = await dialog('Sign in');
    fill('Password', 'a sentence', door);
    await press('Sign in', door);

    expect(await screen.findByText('bob@smith.example')).toBeTruthy();
    await gone('Sign in');
  });

  test('says in its dialog why it cannot go on after the sign-in', async () => {
    const server = answers();
    const { queries } = openConsole(members, server);
    await screen.findByText('bob@smith.example');
    Object.assign(server, { 'GET /api/me': signedOut });
    await queries.refetchQueries();
    const door = await dialog('Sign in');

    Object.assign(server, { 'POST /api/session': {}, 'GET /api/me': problem(500, 'server:failed') });
    fill('Password', 'a sentence', door);
    await press('Sign in', door);

    expect(await within(door).findByText('The server failed at this')).toBeTruthy();
  });
});

describe('without a connection', () => {
  test('a change fails at once, and is not sent when the connection is back', async () => {
    const removal = `DELETE ${membersApi}/id-Bob`;
    const server = answers({ [removal]: () => Promise.reject(new TypeError('fetch failed')) });
    const { count } = openConsole(members, server);
    await press('Remove Bob');
    const asking = await dialog('Remove Bob?');
    act(() => onlineManager.setOnline(false));

    await press('Remove', asking);
    expect(await within(asking).findByText('The server cannot be reached')).toBeTruthy();
    await press('Cancel', asking);
    const sent = count(removal);
    act(() => onlineManager.setOnline(true));
    await passed();

    expect([sent, count(removal)]).toEqual([1, 1]);
  });
});

describe('a page that failed', () => {
  test('is loaded anew by "Try again"', async () => {
    const server = answers({ 'GET /api/me': problem(500, 'server:failed') });
    openConsole(members, server);
    await screen.findByText('The server failed at this');

    Object.assign(server, answers());
    await press('Try again');

    expect(await screen.findByText('bob@smith.example')).toBeTruthy();
  });
});

describe("a person's menu", () => {
  const openMenu = async () => {
    const opener = await screen.findByRole('button', { name: 'Your account, Ann Admin' });
    opener.focus();
    fireEvent.click(opener);
    return opener;
  };

  test('says why signing out failed, and tries again', async () => {
    const { count } = openConsole(members, answers({ 'DELETE /api/session': problem(503, 'server:store-unavailable') }));
    await openMenu();
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));

    const failed = await dialog('Sign out');
    expect(within(failed).getByText('The database cannot be reached just now')).toBeTruthy();
    await press('Try again', failed);
    await waitFor(() => expect(count('DELETE /api/session')).toBe(2));
  });

  test('gets the focus back after the password was to be changed', async () => {
    openConsole(members, answers());
    const opener = await openMenu();
    const entry = await screen.findByRole('menuitem', { name: 'Change password' });
    entry.focus();
    fireEvent.click(entry);
    const changing = await dialog('Change password');
    await waitFor(() => expect(changing.contains(document.activeElement)).toBe(true));

    escape();

    await gone('Change password');
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });
});

describe('a dialog', () => {
  test('over a drawer takes the Esc for itself', async () => {
    openConsole('/platform/tenants?tenant=smith', {
      'GET /api/me': { ...me, superAdmin: true },
      'GET /api/tenants': page(tenant),
      'GET /api/tenants/smith': tenant,
      [`GET ${membersApi}`]: page(),
    });
    await press('Suspend');
    await dialog('Suspend Smith Cards?');

    escape();
    await gone('Suspend Smith Cards?');
    expect(screen.getByRole('dialog', { name: 'Smith Cards' })).toBeTruthy();

    escape();
    await gone('Smith Cards');
  });

  test('that renames gives the focus back to what opened it', async () => {
    const collection = { id: 'c1', name: 'Rookies', cards: 0, copies: 0, ownerId: ann.id, canEdit: true, version: 1, createdAt: '2026-01-02T03:04:05Z' };
    openConsole('/t/smith/cardvault/collections', answers({ 'GET /t/smith/api/cardvault/collections': page(collection) }));
    const opener = await screen.findByRole('button', { name: 'Rename Rookies' });
    opener.focus();
    fireEvent.click(opener);
    const renaming = await dialog('Rename collection');
    await waitFor(() => expect(renaming.contains(document.activeElement)).toBe(true));

    escape();

    await gone('Rename collection');
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });
});

describe('the roles of members', () => {
  test('that are changed at once each say how it ended', async () => {
    const ofAnn = later();
    openConsole(members, answers({ [`PATCH ${membersApi}/id-Ann`]: ofAnn.wait, [`PATCH ${membersApi}/id-Bob`]: member('Bob', 'viewer') }));
    const choose = async (name: string) => fireEvent.change(await screen.findByLabelText(`Role of ${name}`), { target: { value: 'viewer' } });

    await choose('Ann');
    await choose('Bob');
    ofAnn.fail(409, 'members:last-admin');

    expect(await screen.findByText('A tenant needs at least one admin who has joined')).toBeTruthy();
    expect(screen.getByLabelText('Role of Ann').getAttribute('aria-invalid')).toBe('true');
  });
});

describe('the tenant switcher', () => {
  test('brings into sight what the arrows lead to', async () => {
    const tenants = ['smith', 'other', 'third'].map((slug, index) => ({ ...smith, id: `id-${index}`, slug, name: `Tenant ${index}` }));
    openConsole(members, answers({ 'GET /api/me': { ...me, tenants } }));
    const seen = vi.spyOn(Element.prototype, 'scrollIntoView');
    fireEvent.click(await screen.findByText('Switch tenant'));
    const find = await screen.findByRole('combobox', { name: 'Find a tenant' });

    fireEvent.keyDown(find, { key: 'ArrowDown' });

    expect(document.querySelector('[aria-selected=true]')?.textContent).toContain('Tenant 1');
    expect(seen.mock.contexts).toEqual([document.querySelector('[aria-selected=true]')]);
  });
});
