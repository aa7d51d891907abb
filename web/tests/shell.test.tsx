// @vitest-environment jsdom
import { onlineManager } from '@tanstack/react-query';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { by } from './cardvault';
import { ann, later, me, member, openConsole, page, problem, serve, show, signedOut, smith, type Answers } from './console';
import { Door } from '../src/account/Door';

const members = '/t/smith/members';
const membersApi = '/t/smith/api/members';
const link = '/invitation#token=abc';
const invited = (name: string, more: object = {}) => ({ ...member(name), personId: null, status: 'invited', joinedAt: null, ...more });
const answers = (more: Answers = {}): Answers => ({ 'GET /api/me': me, [`GET ${membersApi}`]: page(member('Ann', 'admin'), member('Bob')), ...more });

const press = async (name: string, inside = document.body) => fireEvent.click(await within(inside).findByRole('button', { name }));
const fill = (label: RegExp | string, value: string, inside = document.body) => fireEvent.change(within(inside).getByLabelText(label), { target: { value } });
const escape = () => fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
const clickBeside = () => document.querySelectorAll('[class*=Overlay-root]').forEach((overlay) => fireEvent.click(overlay));
const dialog = (name: string) => screen.findByRole('dialog', { name });
const tenant = { ...smith, plan: 'starter', externalIds: [], placement: { kind: 'shared', store: 'main', database: 'rowhouse' }, createdAt: '2026-01-02T03:04:05Z' };

/** For what must not happen: time in which it would. */
const passed = () => act(() => new Promise((resolve) => setTimeout(resolve, 50)));
const gone = (name: string) => waitFor(() => expect(screen.queryByRole('dialog', { name })).toBeNull());

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

describe('the tenants', () => {
  const shown = (plan: string) => ({ ...tenant, id: plan, slug: plan, name: `On ${plan}`, plan });
  const server: Answers = {
    'GET /api/me': { ...me, superAdmin: true },
    'GET /api/tenants': by((search) => page(...['starter', 'professional'].filter((plan) => (search.get('plan') ?? plan) === plan).map(shown))),
  };

  test('are narrowed to those of a plan, and the address says so', async () => {
    openConsole('/platform/tenants?after=x', server);
    await screen.findByText('On starter');

    fireEvent.change(screen.getByRole('combobox', { name: 'Plan' }), { target: { value: 'professional' } });

    await waitFor(() => expect(screen.queryByText('On starter')).toBeNull());
    expect(screen.getByText('On professional')).toBeTruthy();
    expect(window.location.search).toBe('?plan=professional');
  });

  test('of a plan that none has are all shown again when the filters are cleared', async () => {
    openConsole('/platform/tenants?plan=enterprise', server);
    await press('Clear filters');

    await screen.findByText('On starter');
    expect(window.location.search).toBe('');
  });
});

describe("a tenant's drawer", () => {
  test('shows its plan and its addresses', async () => {
    const addresses = [
      { line1: '1 High Street', line2: null, city: 'Leeds', region: null, postalCode: 'LS1 4AP', country: 'GB' },
      { line1: '500 Main St', line2: 'Suite 4', city: 'Springfield', region: 'IL', postalCode: '62701', country: 'US' },
    ];
    openConsole('/platform/tenants?tenant=smith', {
      'GET /api/me': { ...me, superAdmin: true },
      'GET /api/tenants': page(tenant),
      'GET /api/tenants/smith': { ...tenant, plan: 'professional', addresses },
    });
    const drawer = within(await dialog('Smith Cards'));

    const fact = async (name: string) => (await drawer.findByText(name)).nextElementSibling?.textContent;
    expect(await fact('Plan')).toBe('Professional');
    expect(await fact('Reached at')).toBe('/t/smith');
    expect(await fact('Postal addresses')).toBe('1 High Street, Leeds, LS1 4AP, GB500 Main St, Suite 4, Springfield, IL, 62701, US');
  });

  test('keeps what it shows when asking again fails', async () => {
    const server: Answers = { 'GET /api/me': { ...me, superAdmin: true }, 'GET /api/tenants': page(tenant), 'GET /api/tenants/smith': tenant };
    const { queries } = openConsole('/platform/tenants?tenant=smith', server);
    await screen.findByText('shared · main / rowhouse');

    server['GET /api/tenants/smith'] = problem(500, 'server:failed');
    await act(() => queries.refetchQueries({ queryKey: ['platform', 'tenant', 'smith'] }));
    await passed();

    expect(screen.getByText('shared · main / rowhouse')).toBeTruthy();
  });
});

describe('an invitation', () => {
  const invitation = { tenant: { slug: 'smith', name: 'Smith Cards' }, email: 'carl@smith.example', name: 'Carl', role: 'member', expiresAt: '2026-01-03T03:04:05Z' };
  const openLink = (answers: Answers) => {
    const served = serve(answers);
    window.history.replaceState(null, '', link);
    const entered = vi.fn();
    show(<Door path="/invitation" onEnter={entered} />);
    return { ...served, entered };
  };

  test('of somebody new asks for a password and leads into the tenant, signed in', async () => {
    const { asked, entered } = openLink({ 'POST /api/invitations/read': { ...invitation, acceptBy: 'password' }, 'POST /api/password/set': {}, 'POST /api/session': me });
    await screen.findByRole('heading', { name: 'Join Smith Cards' });
    fill('New password', 'a sentence');
    fill('New password again', 'a sentence');
    await press('Set password and join');

    await waitFor(() => expect(entered).toHaveBeenCalledWith('/t/smith'));
    expect(asked.slice(1)).toEqual([
      { what: 'POST /api/password/set', body: { token: 'abc', password: 'a sentence' } },
      { what: 'POST /api/session', body: { email: 'carl@smith.example', password: 'a sentence', tenant: 'smith' } },
    ]);
  });

  test('of somebody who has an account is accepted in their session, after signing in where it is not theirs', async () => {
    const server: Answers = { 'POST /api/invitations/read': { ...invitation, acceptBy: 'session' }, 'POST /api/invitations/accept': problem(403, 'people:invited-somebody-else'), 'POST /api/session': me };
    const { entered } = openLink(server);
    await press('Accept the invitation');

    expect((await screen.findByLabelText<HTMLInputElement>('E-mail')).value).toBe('carl@smith.example');
    server['POST /api/invitations/accept'] = member('Carl');
    fill('Password', 'a sentence');
    await press('Sign in');

    await waitFor(() => expect(entered).toHaveBeenCalledWith('/t/smith'));
  });

  test('whose link is used up says so', async () => {
    openLink({ 'POST /api/invitations/read': problem(400, 'people:link-invalid') });
    await screen.findByText('This link has been used or replaced, or is too old');
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  test.each([
    ['the server fails', problem(503, 'server:store-unavailable'), 'The database cannot be reached just now'],
    ['there is no connection', () => Promise.reject(new TypeError('fetch failed')), 'The server cannot be reached'],
  ])('that cannot be read because %s is read again on request', async (_, failure, words) => {
    const server: Answers = { 'POST /api/invitations/read': failure };
    openLink(server);
    await screen.findByText(words);

    server['POST /api/invitations/read'] = { ...invitation, acceptBy: 'session' };
    await press('Try again');

    await screen.findByRole('heading', { name: 'Join Smith Cards' });
    expect(screen.queryByText(words)).toBeNull();
  });

  test('that is opened in the same tab as another takes its own token', async () => {
    const { asked } = openLink({ 'POST /api/invitations/read': { ...invitation, acceptBy: 'password' } });
    await screen.findByLabelText('New password');
    fill('New password', 'a sentence');

    window.location.hash = '#token=new';

    await waitFor(() => expect(asked.map(({ body }) => body)).toEqual([{ token: 'abc' }, { token: 'new' }]));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe(''));
  });
});
