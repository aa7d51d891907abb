// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { me, member, openConsole, page, problem, tenant, type Answers } from './console';
import { clickBeside, dialog, escape, fill, gone, passed, press } from './hands';

const link = '/invitation#token=abc';
const jo = { ...member('Jo', 'admin'), personId: null, status: 'invited', joinedAt: null, invitationLink: link };
const creating = {
  ...tenant,
  status: 'creating',
  cloudType: 'private',
  provisioningStatus: 'creating',
  provisioningError: null as string | null,
  placement: { kind: 'dedicated', store: 'main', database: 't_smith', generation: 1 },
};
const active = { ...creating, status: 'active', provisioningStatus: 'active' };
const reason = 'The database server refuses connections (08006); mend it and retry.';
const failed = { ...creating, status: 'failed', provisioningStatus: 'failed', provisioningError: reason };

const names = ['login', 'database', 'home', 'reference-data', 'records', 'polish'];
const at = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}Z`;

/** A provisioning with so many steps done, the next one under way. */
function provision(done: number, more: object = {}) {
  const steps = names.map((name, index) => ({
    name,
    status: index < done ? 'succeeded' : index === done ? 'running' : 'pending',
    startedAt: index <= done ? at(index) : null,
    endedAt: index < done ? at(index + 1) : null,
    error: null as string | null,
  }));
  const operation = {
    id: '0198a000-0000-7000-8000-0000000000f1',
    kind: 'provision',
    tenantId: tenant.id,
    status: 'running',
    step: names[done] ?? null,
    steps,
    progress: { done, total: names.length },
    reason: null as string | null,
    createdAt: at(0),
    endedAt: null as string | null,
    canBeUndone: true,
  };
  return { ...operation, ...more };
}
const succeeded = provision(6, { status: 'succeeded', endedAt: at(7) });
const undone = provision(0, { status: 'failed', step: null, reason, endedAt: at(9), steps: names.map((name) => ({ name, status: name === 'login' ? 'undone' : 'pending', startedAt: null, endedAt: null, error: null })) });

/** What the server tells of an operation, when the test says so. */
function stream() {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let request: Request | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
  return {
    answer: (asked: Request) => {
      request = asked;
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    },
    isOpen: () => request !== undefined && !request.signal.aborted,
    tell: (operation: object) => act(() => controller.enqueue(new TextEncoder().encode(`event: operation\ndata: ${JSON.stringify(operation)}\nid: 1\n\n`))),
    end: () => act(() => controller.close()),
    drop: () => act(() => controller.error(new TypeError('network error'))),
  };
}

const listed = `GET /api/tenants/${tenant.id}/operations`;
const events = `GET /api/operations/${undone.id}/events`;
const base: Answers = { 'GET /api/me': { ...me, superAdmin: true }, 'GET /api/tenants': page(creating), 'GET /api/tenants/smith': creating, [listed]: page(provision(0)) };
const opened = (answers: Answers) => openConsole('/platform/tenants?tenant=smith', answers);
const steps = async (inside: HTMLElement) => within(await within(inside).findByRole('list', { name: 'Steps: Make its home' }));
const step = async (inside: HTMLElement, name: string) => (await (await steps(inside)).findByText(name)).closest('li')?.textContent;
const states = (drawer: HTMLElement) => within(drawer).getAllByText(/./, { selector: '.mantine-Badge-label' }).map((badge) => badge.textContent);

describe('a new private tenant', () => {
  async function create(answers: Answers) {
    const console = openConsole('/platform/tenants?new=1', answers);
    const making = await dialog('New tenant');
    fill(/^Name/, 'Smith Cards', within(making).getAllByRole('textbox')[0]?.closest('div[class*=TextInput]') as HTMLElement);
    fireEvent.click(within(making).getByRole('radio', { name: 'Private cloud' }));
    await press('Create tenant', making);
    return { ...console, making };
  }
  const accepted = (more: object = {}) => () => Promise.resolve(Response.json({ ...creating, ...more }, { status: 202, headers: { location: `/api/operations/${undone.id}` } }));

  test('is watched while its home is made, and opened when that is ready', async () => {
    const told = stream();
    const server: Answers = { ...base, 'POST /api/tenants': accepted(), [events]: told.answer };
    const { making, asked } = await create(server);
    await within(making).findByText('Smith Cards gets a home of its own and opens when that is ready. It goes on if you close this.');
    expect(asked.find(({ what }) => what === 'POST /api/tenants')?.body).toMatchObject({ name: 'Smith Cards', cloudType: 'private' });

    told.tell(provision(1));
    await waitFor(async () => expect(await step(making, 'Login')).toBe('LoginDone · 1s'));
    expect(await step(making, 'Database')).toBe('DatabaseRunning');
    expect(await step(making, 'polish')).toBe('polishPending');
    expect(within(making).getByRole('progressbar', { name: 'Make its home' }).getAttribute('aria-valuenow')).toBe('17');

    Object.assign(server, { 'GET /api/tenants/smith': active, [listed]: page(succeeded) });
    told.tell(succeeded);
    await within(making).findByText('Smith Cards is open at /t/smith.');
    expect(within(making).getByRole('link', { name: 'Open' }).getAttribute('href')).toBe('/t/smith');
  });

  test('is asked where it shall live when there is a choice', async () => {
    const store = (name: string, more: object = {}) => ({ name, kind: 'dedicated', open: true, region: null, tenants: 0, ...more });
    const { asked } = openConsole('/platform/tenants?new=1', {
      ...base,
      'POST /api/tenants': accepted(),
      'GET /api/stores': page(store('dedicated'), store('north', { region: 'eu-north' }), store('closed', { open: false }), store('shared', { kind: 'shared' })),
    });
    const making = await dialog('New tenant');
    fill(/^Name/, 'Smith Cards', within(making).getAllByRole('textbox')[0]?.closest('div[class*=TextInput]') as HTMLElement);
    expect(within(making).queryByRole('combobox', { name: 'Store' })).toBeNull();
    fireEvent.click(within(making).getByRole('radio', { name: 'Private cloud' }));

    fireEvent.click(await within(making).findByRole('combobox', { name: 'Store' }));
    expect(screen.getAllByRole('option', { hidden: true }).map((option) => option.textContent)).toEqual(expect.arrayContaining(['Wherever there is most room', 'dedicated', 'north · eu-north']));
    const offered = screen.queryAllByRole('option', { hidden: true, name: 'closed' }).filter(({ tagName }) => tagName !== 'OPTION'); // those are the list's own filter
    expect(offered).toEqual([]);
    fireEvent.click(screen.getByRole('option', { hidden: true, name: 'north · eu-north' }));
    await press('Create tenant', making);

    await waitFor(() => expect(asked.find(({ what }) => what === 'POST /api/tenants')?.body).toMatchObject({ cloudType: 'private', store: 'north' }));
  });

  test("keeps its first admin's link while its home is made and when that fails", async () => {
    const told = stream();
    const server: Answers = { ...base, 'POST /api/tenants': accepted({ admin: jo }), [events]: told.answer };
    const { making } = await create(server);
    await screen.findByLabelText('One-time link');
    told.tell(provision(1));
    escape();
    clickBeside();

    Object.assign(server, { 'GET /api/tenants/smith': failed, [listed]: page(undone) });
    told.tell(undone);
    await within(making).findByText(reason);
    escape();
    clickBeside();
    expect(screen.getByLabelText<HTMLInputElement>('One-time link').value).toContain(link);

    await press('I have given them the link');
    await gone('New tenant');
  });

  test('whose home could not be made says why, and is retried', async () => {
    const first = stream();
    const second = stream();
    const server: Answers = { ...base, 'POST /api/tenants': accepted(), [events]: first.answer };
    const { making, count } = await create(server);
    first.tell(provision(1));
    Object.assign(server, { 'GET /api/tenants/smith': failed, [listed]: page(undone) });
    first.tell(undone);
    await within(making).findByText('Smith Cards is registered, but its home could not be made. Retry, or delete it.');
    expect(within(making).getByText(reason)).toBeTruthy();

    Object.assign(server, { [`POST /api/tenants/${tenant.id}/retry`]: accepted(), 'GET /api/tenants/smith': creating, [listed]: page(provision(0)), [events]: second.answer });
    await press('Retry', making);
    await waitFor(() => expect(second.isOpen()).toBe(true));
    expect(count(`POST /api/tenants/${tenant.id}/retry`)).toBe(1);
    second.tell(provision(2));
    await waitFor(async () => expect(await step(making, 'Home')).toBe('HomeRunning'));
    expect(within(making).queryByText(reason)).toBeNull();
  });

  test('where there are no private homes says so, and is not made', async () => {
    const { making } = await create({ ...base, 'POST /api/tenants': problem(409, 'homes:provisioning-disabled') });
    await within(making).findByText('This installation makes no private homes');
  });
});

describe('an operation that is under way', () => {
  test("is shown in its tenant's drawer, whose state follows when it ends", async () => {
    const told = stream();
    const server: Answers = { ...base, [events]: told.answer };
    opened(server);
    const drawer = await dialog('Smith Cards');
    expect(await step(drawer, 'Login')).toBe('LoginRunning');
    expect(states(drawer)).toEqual(['Being set up', 'Running']);

    Object.assign(server, { 'GET /api/tenants/smith': active, [listed]: page(succeeded) });
    told.tell(succeeded);

    await waitFor(() => expect(states(drawer)).toEqual(['Active', 'Done']));
    expect(within(drawer).queryByRole('progressbar')).toBeNull();
  });

  test('is told to those who do not see it when its state changes, not with each step', async () => {
    const told = stream();
    opened({ ...base, [events]: told.answer });
    const drawer = await dialog('Smith Cards');
    const news = await within(drawer).findByText('Make its home: Running');
    const said: (string | null)[] = [];
    new MutationObserver(() => said.push(news.textContent)).observe(news, { childList: true, characterData: true, subtree: true });

    for (const done of [1, 2, 3]) told.tell(provision(done));
    await waitFor(async () => expect(await step(drawer, 'Home')).toBe('HomeDone · 1s'));
    told.tell(provision(2, { status: 'undoing' }));

    await waitFor(() => expect(said).toEqual(['Make its home: Being undone']));
    expect(news.getAttribute('role')).toBe('status');
  });

  test('is followed anew where its stream drops', async () => {
    const first = stream();
    const second = stream();
    const server: Answers = { ...base, [events]: first.answer };
    opened(server);
    const drawer = await dialog('Smith Cards');
    await waitFor(() => expect(first.isOpen()).toBe(true));
    first.tell(provision(1));
    await waitFor(async () => expect(await step(drawer, 'Database')).toBe('DatabaseRunning'));

    server[events] = second.answer;
    first.drop();
    await waitFor(() => expect(second.isOpen()).toBe(true), { timeout: 10_000 });
    second.tell(provision(3));

    await waitFor(async () => expect(await step(drawer, 'Reference data')).toBe('Reference dataRunning'));
  });

  test('is asked for again and again where no stream can be opened', async () => {
    const server: Answers = { ...base, [events]: problem(503, 'server:stopping') };
    opened(server);
    const drawer = await dialog('Smith Cards');
    expect(await step(drawer, 'Login')).toBe('LoginRunning');

    server[listed] = page(provision(2));

    await within(drawer).findByText('2 of 6 steps', {}, { timeout: 10_000 });
  });

  test('is not followed any more when nobody looks', async () => {
    const told = stream();
    opened({ ...base, [events]: told.answer });
    const drawer = await dialog('Smith Cards');
    await waitFor(() => expect(told.isOpen()).toBe(true));

    await press('Close', drawer);

    await waitFor(() => expect(told.isOpen()).toBe(false));
  });

  test('is cancelled only after saying what that does', async () => {
    const told = stream();
    const cancel = `POST /api/operations/${undone.id}/cancel`;
    const { count } = opened({ ...base, [events]: told.answer, [cancel]: () => Promise.resolve(Response.json(provision(1), { status: 202 })) });
    const drawer = await dialog('Smith Cards');

    await press('Cancel…', drawer);
    await press('Let it go on', await dialog('Cancel: Make its home?'));
    await gone('Cancel: Make its home?');
    expect(count(cancel)).toBe(0);

    await press('Cancel…', drawer);
    const asking = await dialog('Cancel: Make its home?');
    expect(within(asking).getByText('The step that is being done ends first. Then what was made so far is removed again.')).toBeTruthy();
    await press('Cancel and undo', asking);
    await gone('Cancel: Make its home?');

    expect(count(cancel)).toBe(1);
    expect(within(drawer).queryByRole('button', { name: 'Cancel…' })).toBeNull();
    expect(within(drawer).getByText('It is undone as soon as the step that is being done has ended.')).toBeTruthy();
  });

  test('that ended first is not cancelled, and says so', async () => {
    const told = stream();
    opened({ ...base, [events]: told.answer, [`POST /api/operations/${undone.id}/cancel`]: problem(409, 'operations:wrong-state') });
    await press('Cancel…', await dialog('Smith Cards'));
    const asking = await dialog('Cancel: Make its home?');
    await press('Cancel and undo', asking);
    await within(asking).findByText('The operation’s state does not allow this');
  });

  test('that removes a tenant and is stuck can be retried', async () => {
    opened({ ...base, 'GET /api/tenants/smith': { ...creating, status: 'deleted' }, [listed]: page(provision(1, { kind: 'deprovision', canBeUndone: false, status: 'stuck', reason: 'The database server refused.' })) });
    const drawer = await dialog('Smith Cards');
    await within(drawer).findByRole('button', { name: 'Retry' });
  });

  test('of a kind that cannot be undone cannot be cancelled', async () => {
    const told = stream();
    opened({ ...base, 'GET /api/tenants/smith': { ...creating, status: 'deleted' }, [listed]: page(provision(1, { kind: 'deprovision', canBeUndone: false })), [events]: told.answer });
    const drawer = await dialog('Smith Cards');
    await within(drawer).findByRole('progressbar', { name: 'Remove what is left of it' });
    expect(within(drawer).queryByRole('button', { name: 'Cancel…' })).toBeNull();
  });
});

describe('the operations on a tenant', () => {
  const other = (id: string, more: object) => provision(6, { id, status: 'succeeded', endedAt: at(7), ...more });
  const row = (drawer: HTMLElement, name: RegExp) => within(drawer).findByRole('button', { name });

  test('are listed as they come, each with its steps', async () => {
    const move = other('m', { kind: 'relocate', status: 'failed', reason: 'The target is full.', endedAt: at(25) });
    opened({ ...base, 'GET /api/tenants/smith': active, [listed]: page(move, succeeded) });
    const drawer = await dialog('Smith Cards');
    const rows = [await row(drawer, /^relocate/), await row(drawer, /^Make its home/)];
    expect(rows.map((control) => control.textContent)).toEqual([expect.stringMatching(/^relocateFailed.* · 25sThe target is full\.$/), expect.stringMatching(/^Make its homeDone.* · 7s$/)]);
    expect((rows[0] as HTMLElement).compareDocumentPosition(rows[1] as HTMLElement)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(within(drawer).queryByRole('list', { name: /^Steps/ })).toBeNull();

    fireEvent.click(rows[1] as HTMLElement);

    expect(await step(drawer, 'Records')).toBe('RecordsDone · 1s');
  });

  test('are retried when they failed, the newest one alone', async () => {
    const failure = { status: 'failed', reason: 'The target is full.' };
    const retry = 'POST /api/operations/m/retry';
    const server: Answers = { ...base, 'GET /api/tenants/smith': active, [listed]: page(other('m', { kind: 'relocate', ...failure }), undone) };
    const { count } = opened(server);
    const drawer = await dialog('Smith Cards');
    fireEvent.click(await row(drawer, /^Make its home/));
    await steps(drawer);
    expect(within(drawer).queryByRole('button', { name: 'Retry' })).toBeNull();

    fireEvent.click(await row(drawer, /^relocate/));
    server[retry] = problem(409, 'operations:wrong-state');
    await press('Retry', drawer);

    await within(drawer).findByText('The operation’s state does not allow this');
    expect(count(retry)).toBe(1);
  });

  test('show first what is stuck, which can be retried or cancelled', async () => {
    const stuck = provision(2, { status: 'stuck', reason });
    const failing = stuck.steps.map((own) => (own.name === 'home' ? { ...own, status: 'failed', error: reason } : own));
    opened({ ...base, [listed]: page({ ...stuck, steps: failing }) });
    const drawer = await dialog('Smith Cards');
    expect(await within(drawer).findAllByText(reason)).toHaveLength(1);
    expect(await step(drawer, 'Home')).toBe('HomeFailed');
    for (const name of ['Retry', 'Cancel…']) expect(within(drawer).getByRole('button', { name })).toBeTruthy();
  });

  test('are not there for most tenants, and nothing speaks of them', async () => {
    const { count } = opened({ ...base, 'GET /api/tenants/smith': tenant, [listed]: page() });
    const drawer = await dialog('Smith Cards');
    await waitFor(() => expect(count(listed)).toBe(1));
    await passed();
    expect(within(drawer).queryByRole('heading', { name: 'Operations' })).toBeNull();
  });
});

describe('a tenant without a home', () => {
  test('says where it was to be and why it is not there', async () => {
    opened({ ...base, 'GET /api/tenants/smith': failed, [listed]: page(undone) });
    const drawer = within(await dialog('Smith Cards'));
    const fact = async (name: string) => (await drawer.findByText(name, { selector: 'dt' })).nextElementSibling?.textContent;
    expect(await fact('Cloud')).toBe('Private cloud');
    expect(await fact('Store')).toBe('main');
    expect(await fact('Database')).toBe('t_smith');
    expect(await fact('Its home')).toBe('Could not be made');
    expect(await fact('Generation')).toBe('1');
    expect(drawer.getAllByText(reason)).toHaveLength(1);
  });

  test('is deleted without a word of its members or of reviving it', async () => {
    const server: Answers = { ...base, 'GET /api/tenants/smith': failed, [listed]: page(undone) };
    server['DELETE /api/tenants/smith'] = () => {
      Object.assign(server, { 'GET /api/tenants/smith': { ...failed, status: 'purged', provisioningError: null }, [listed]: page(undone) });
      return Promise.resolve(Response.json({ ...failed, status: 'deleted', deletedAt: '2026-11-30T10:00:00Z', retainedUntil: '2026-11-30T10:00:00Z' }));
    };
    const { count } = opened(server);
    const drawer = await dialog('Smith Cards');
    await press('Delete tenant…', drawer);
    const asking = await dialog('Delete Smith Cards?');
    expect(within(asking).getByText('What there is of its home is removed, with all that is in it. It cannot be revived.')).toBeTruthy();
    fill('Type smith to confirm', 'smith', asking);
    await press('Delete tenant', asking);

    await within(drawer).findByText('Purged', { selector: '.mantine-Badge-label' });
    fireEvent.click(await within(drawer).findByRole('button', { name: /^Make its home/ }));
    await steps(drawer);
    expect(count('GET /t/smith/api/members')).toBe(0);
    for (const name of ['Revive', 'Retry', 'Delete tenant…']) expect(within(drawer).queryByRole('button', { name })).toBeNull();
  });
});
