// @vitest-environment jsdom
import { notificationsStore } from '@mantine/notifications';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { by } from './cardvault';
import { me, openConsole, page, problem, tenant, type Answers } from './console';
import { dialog, passed, press } from './hands';

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

  test('are narrowed to those of a store, and one that is gone stays named', async () => {
    const there = { name: 'dedicated', kind: 'dedicated', region: null, capacity: null, open: true, tenants: 1, ofInstallation: true, address: null, createdAt: '2026-01-01T00:00:00Z', version: 1 };
    openConsole('/platform/tenants?store=gone', {
      ...server,
      'GET /api/stores': page(there),
      'GET /api/tenants': by((search) => page(...(search.get('store') === 'dedicated' ? [shown('professional')] : []))),
    });
    const store = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Store' });
    expect(store.value).toBe('gone');
    await screen.findByRole('option', { name: 'dedicated' });

    fireEvent.change(store, { target: { value: 'dedicated' } });

    await screen.findByText('On professional');
    expect(window.location.search).toBe('?store=dedicated');
  });

  test('of a plan that none has are all shown again when the filters are cleared', async () => {
    openConsole('/platform/tenants?plan=enterprise', server);
    await press('Clear filters');

    await screen.findByText('On starter');
    expect(window.location.search).toBe('');
  });
});

describe("a tenant's drawer", () => {
  const operations = `GET /api/tenants/${tenant.id}/operations`;

  test('shows its plan and its addresses', async () => {
    const addresses = [
      { line1: '1 High Street', line2: null, city: 'Leeds', region: null, postalCode: 'LS1 4AP', country: 'GB' },
      { line1: '500 Main St', line2: 'Suite 4', city: 'Springfield', region: 'IL', postalCode: '62701', country: 'US' },
    ];
    openConsole('/platform/tenants?tenant=smith', {
      'GET /api/me': { ...me, superAdmin: true },
      'GET /api/tenants': page(tenant),
      'GET /api/tenants/smith': { ...tenant, plan: 'professional', addresses },
      [operations]: page(),
    });
    const drawer = within(await dialog('Smith Cards'));

    const fact = async (name: string) => (await drawer.findByText(name)).nextElementSibling?.textContent;
    expect(await fact('Plan')).toBe('Professional');
    expect(await fact('Reached at')).toBe('/t/smith');
    expect(await fact('Postal addresses')).toBe('1 High Street, Leeds, LS1 4AP, GB500 Main St, Suite 4, Springfield, IL, 62701, US');
  });

  test('says how far its products are, and sets up again what failed', async () => {
    const retry = 'POST /api/tenants/smith/products/cardvault/retry';
    const product = (more: object) => ({ product: 'cardvault', state: 'failed', pendingReason: null, error: null, since: tenant.createdAt, operation: null, ...more });
    const server: Answers = {
      'GET /api/me': { ...me, superAdmin: true },
      'GET /api/tenants': page(tenant),
      'GET /api/tenants/smith': tenant,
      'GET /api/tenants/smith/products': page(product({ error: 'The vendor has no room.' })),
      [operations]: page(),
      [retry]: product({ state: 'provisioning' }),
    };
    const { count } = openConsole('/platform/tenants?tenant=smith', server);
    const drawer = within(await dialog('Smith Cards'));
    await drawer.findByText('Could not be set up: The vendor has no room.');

    server['GET /api/tenants/smith/products'] = page(product({ state: 'pending-credentials', pendingReason: 'ChannelEngine API credentials' }));
    fireEvent.click(drawer.getByRole('button', { name: /^Set .* up again$/ }));

    await drawer.findByText('Waits for its owner: ChannelEngine API credentials');
    expect(count(retry)).toBe(1);
    expect(drawer.queryByRole('button', { name: /up again$/ })).toBeNull();
  });

  test('keeps what it shows when asking again fails', async () => {
    const server: Answers = { 'GET /api/me': { ...me, superAdmin: true }, 'GET /api/tenants': page(tenant), 'GET /api/tenants/smith': tenant, [operations]: page() };
    const { queries } = openConsole('/platform/tenants?tenant=smith', server);
    await screen.findByText('rowhouse', { selector: 'code' });

    server['GET /api/tenants/smith'] = problem(500, 'server:failed');
    await act(() => queries.refetchQueries({ queryKey: ['platform', 'tenant', 'smith'] }));
    await passed();

    expect(screen.getByText('rowhouse', { selector: 'code' })).toBeTruthy();
  });

  test('deletes only an unprotected tenant, when its address name is typed, and revives it', async () => {
    let shown: typeof tenant & { deletionProtection: boolean; retainedUntil?: string } = { ...tenant, deletionProtection: true };
    const sent: string[] = [];
    const becomes = (change: Partial<typeof shown>) => (request: Request) => {
      sent.push(`${request.method} ${new URL(request.url).search}`);
      shown = { ...shown, ...change };
      return Promise.resolve(Response.json(shown));
    };
    openConsole('/platform/tenants?tenant=smith', {
      'GET /api/me': { ...me, superAdmin: true },
      'GET /api/tenants': () => Promise.resolve(Response.json(page(shown))),
      'GET /api/tenants/smith': () => Promise.resolve(Response.json(shown)),
      'GET /t/smith/api/members': { ...page(), total: 3 },
      [operations]: page(),
      'PATCH /api/tenants/smith': becomes({ deletionProtection: false }),
      'DELETE /api/tenants/smith': becomes({ status: 'deleted', retainedUntil: '2999-02-01T00:00:00Z' }),
      'POST /api/tenants/smith/revive': becomes({ status: 'active', retainedUntil: undefined }),
    });
    const said = () => notificationsStore.getState().notifications.map(({ message }) => message);
    const drawer = within(await dialog('Smith Cards'));
    const protection = await drawer.findByRole('switch', { name: /^Protected from deletion/ });
    expect(drawer.queryByRole('button', { name: 'Delete tenant…' })).toBeNull();

    fireEvent.click(protection);
    fireEvent.click(await drawer.findByRole('button', { name: 'Delete tenant…' }));
    const asked = within(await dialog('Delete Smith Cards?'));
    expect(asked.getByRole<HTMLButtonElement>('button', { name: 'Delete tenant' }).disabled).toBe(true);
    await asked.findByText('3 members can no longer sign in to it.');
    fireEvent.change(asked.getByRole('textbox', { name: 'Type smith to confirm' }), { target: { value: 'smith' } });
    fireEvent.click(asked.getByRole('button', { name: 'Delete tenant' }));

    await drawer.findByText('Deleted', { selector: '.mantine-Badge-label' });
    await waitFor(() => expect(said()).toEqual(['Smith Cards is deleted']));
    expect(drawer.queryByRole('button', { name: 'Remove CardVault' })).toBeNull();
    fireEvent.click(await drawer.findByRole('button', { name: 'Revive' }));
    fireEvent.click(within(await dialog('Revive Smith Cards?')).getByRole('button', { name: 'Revive' }));

    await drawer.findByText('Active', { selector: '.mantine-Badge-label' });
    await waitFor(() => expect(said()).toEqual(['Smith Cards is deleted', 'Smith Cards is back']));
    expect(sent).toEqual(['PATCH ', 'DELETE ?confirm=smith', 'POST ']);
  });
});
