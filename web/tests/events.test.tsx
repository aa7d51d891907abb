// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { by } from './cardvault';
import { me, openConsole, page, problem, smith, type Answers } from './console';
import { dialog, gone, press } from './hands';

const failed = {
  id: '0198a000-0000-7000-8000-0000000000e1',
  place: 'tenant',
  tenant: { id: smith.id, slug: 'smith', name: 'Smith Cards' },
  kind: 'cards.imported',
  state: 'failed',
  attempts: 12,
  publishedAt: '2026-01-02T03:04:05Z',
  nextTryAt: null,
  failedAt: '2026-01-02T03:40:05Z',
  error: 'cardvault.count: System.InvalidOperationException',
};
const ofPlatform = { ...failed, id: '0198a000-0000-7000-8000-0000000000e2', place: 'platform', tenant: null, kind: 'platform.tested' };
const waiting = { ...failed, id: '0198a000-0000-7000-8000-0000000000e3', kind: 'cards.sold', state: 'waiting', attempts: 1, failedAt: null, nextTryAt: '2999-01-02T03:04:05Z' };
const summary = { waiting: 1, failed: 1000, most: 1000, oldestWaitingAt: waiting.publishedAt };

const answers = (more: Answers = {}): Answers => ({
  'GET /api/me': { ...me, superAdmin: true },
  'GET /api/outbox': by((search) => (search.get('state') === 'waiting' ? page(waiting) : page(failed, ofPlatform))),
  'GET /api/outbox/summary': summary,
  ...more,
});
const done = () => Promise.resolve(new Response(null, { status: 204 }));

describe('the events', () => {
  test('that were set aside are shown with whose they are and what failed', async () => {
    openConsole('/platform/events', answers());

    expect(await screen.findByText('cards.imported')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Smith Cards' })).toBeTruthy();
    expect(screen.getByText('The platform')).toBeTruthy();
    expect(screen.getAllByText('cardvault.count: System.InvalidOperationException')).toHaveLength(2);
    expect(await screen.findByText('Set aside: 1,000 or more')).toBeTruthy();
    expect(screen.getByText('Waiting: 1')).toBeTruthy();
  });

  test('are counted and listed anew on request', async () => {
    const { count } = openConsole('/platform/events', answers());
    await screen.findByText('cards.imported');
    await press('Refresh');
    await waitFor(() => expect([count('GET /api/outbox'), count('GET /api/outbox/summary')]).toEqual([2, 2]));
  });

  test('that wait have nothing to be pressed, and the address says that they wait', async () => {
    openConsole('/platform/events?after=x', answers());
    await screen.findByText('cards.imported');

    fireEvent.change(screen.getByRole('combobox', { name: 'State' }), { target: { value: 'waiting' } });

    expect(await screen.findByText('cards.sold')).toBeTruthy();
    await waitFor(() => expect(screen.queryByText('cards.imported')).toBeNull());
    expect(window.location.search).toBe('?state=waiting');
    expect(screen.queryByRole('button', { name: /^(Retry|Drop)/ })).toBeNull();
  });

  test('are narrowed to a tenant by its name in a row, and to a kind by typing', async () => {
    openConsole('/platform/events', answers());
    await press('Smith Cards');
    await waitFor(() => expect(window.location.search).toBe('?tenant=smith'));

    fireEvent.change(screen.getByLabelText('Kind, as cards.imported'), { target: { value: 'cards.imported' } });
    await waitFor(() => expect(window.location.search).toBe('?tenant=smith&kind=cards.imported'));
  });

  test('of a tenant that nobody has are none, and the filters are cleared', async () => {
    openConsole('/platform/events?tenant=smi', answers({ 'GET /api/outbox': (asked: Request) => (asked.url.includes('tenant=smi') ? problem(404, 'tenancy:unknown-tenant')() : Promise.resolve(Response.json(page(failed)))) }));
    expect(await screen.findByText('No tenant is called that')).toBeTruthy();

    await press('Clear filters');
    expect(await screen.findByText('cards.imported')).toBeTruthy();
    expect(window.location.search).toBe('');
  });

  test('that are none say so, of each state', async () => {
    openConsole('/platform/events', answers({ 'GET /api/outbox': page() }));
    expect(await screen.findByText('Nothing was set aside')).toBeTruthy();

    fireEvent.change(screen.getByRole('combobox', { name: 'State' }), { target: { value: 'waiting' } });
    expect(await screen.findByText('Nothing waits')).toBeTruthy();
  });

  test('that cannot be read are a problem and not none', async () => {
    openConsole('/platform/events', answers({ 'GET /api/outbox': problem(500, 'server:failed') }));
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.queryByText('Nothing was set aside')).toBeNull();
  });

  test('are nowhere for those who do not run the platform', async () => {
    const { count } = openConsole('/platform/events', answers({ 'GET /api/me': me }));
    expect(await screen.findByText('There is nothing here')).toBeTruthy();
    expect(count('GET /api/outbox')).toBe(0);
  });
});

describe('an event that was set aside', () => {
  test('is tried again where it lies, and the list is read anew', async () => {
    const home = `POST /api/tenants/${smith.id}/outbox/${failed.id}/retry`;
    const platform = `POST /api/outbox/${ofPlatform.id}/retry`;
    const server = answers({ [home]: done, [platform]: done });
    const { count } = openConsole('/platform/events', server);
    await screen.findByText('cards.imported');
    server['GET /api/outbox'] = page(ofPlatform);

    await press('Retry cards.imported of Smith Cards');
    await waitFor(() => expect(screen.queryByText('cards.imported')).toBeNull());
    await press('Retry platform.tested of The platform');

    await waitFor(() => expect([count(home), count(platform)]).toEqual([1, 1]));
  });

  test('that waits by now says so', async () => {
    openConsole('/platform/events', answers({ [`POST /api/tenants/${smith.id}/outbox/${failed.id}/retry`]: problem(409, 'outbox:event-waits') }));
    await press('Retry cards.imported of Smith Cards');
    expect(await screen.findByText('The event waits and is tried again by itself')).toBeTruthy();
  });

  test('is dropped only after saying what is lost', async () => {
    const drop = `DELETE /api/tenants/${smith.id}/outbox/${failed.id}`;
    const { count } = openConsole('/platform/events', answers({ [drop]: done }));
    await press('Drop cards.imported of Smith Cards');
    const asking = await dialog('Drop cards.imported?');
    expect(within(asking).getByText(/never learn of it/)).toBeTruthy();
    expect(within(asking).getByText(failed.id)).toBeTruthy();
    expect(count(drop)).toBe(0);

    await press('Drop event', asking);
    await gone('Drop cards.imported?');
    expect(count(drop)).toBe(1);
  });

  test('that others dropped first stays in the dialog as a problem', async () => {
    openConsole('/platform/events', answers({ [`DELETE /api/outbox/${ofPlatform.id}`]: problem(404, 'outbox:unknown-event') }));
    await press('Drop platform.tested of The platform');
    const asking = await dialog('Drop platform.tested?');
    await press('Drop event', asking);
    expect(await within(asking).findByText('This event is not there any more')).toBeTruthy();
  });
});
