import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, notFound, Outlet, redirect } from '@tanstack/react-router';
import { signInAddress } from './account/door-paths';
import { meQuery } from './account/session';
import { isProblem } from './api/problem';
import { AfterAMoment, Waiting } from './kit/Waiting';
import { filterNames } from './products/cardvault/filter';
import { only, parseSearch, stringifySearch } from './kit/searchParams';
import { products } from './shell/navigation';
import { SignedInPages } from './shell/SignedInPages';
import { FailedPage, NotFoundPage } from './shell/StatePages';
import { staffTenantQuery } from './shell/tenant';

// Every page of the console and its address. A page's code is loaded when somebody goes there.

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFoundPage });

const signedIn = createRoute({
  getParentRoute: () => root,
  id: '/signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      return { me: await context.queries.ensureQueryData(meQuery) };
    } catch (error) {
      if (isProblem(error, 401)) throw redirect({ href: signInAddress(location.href), reloadDocument: true });
      throw error;
    }
  },
  component: SignedInPages,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { all?: string } => only('all')(search),
  beforeLoad: ({ context, search }) => {
    const { superAdmin, tenants } = context.me;
    if (search.all !== undefined) return;
    if (superAdmin) throw redirect({ to: '/platform/tenants' });
    if (tenants.length === 1 && tenants[0]) throw redirect({ to: '/t/$tenant', params: { tenant: tenants[0].slug } });
  },
  component: lazyRouteComponent(() => import('./account/HomePage'), 'HomePage'),
});

const platform = createRoute({
  getParentRoute: () => signedIn,
  path: '/platform',
  beforeLoad: ({ context }) => {
    if (!context.me.superAdmin) throw notFound({ routeId: root.id });
  },
  component: lazyRouteComponent(() => import('./shell/PlatformShell'), 'PlatformShell'),
});

const platformHome = createRoute({
  getParentRoute: () => platform,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/platform/tenants', replace: true });
  },
});

const tenants = createRoute({
  getParentRoute: () => platform,
  path: '/tenants',
  validateSearch: only('search', 'status', 'plan', 'store', 'sort', 'after', 'tenant', 'new'),
  component: lazyRouteComponent(() => import('./platform/TenantsPage'), 'TenantsPage'),
});

const events = createRoute({
  getParentRoute: () => platform,
  path: '/events',
  validateSearch: only('state', 'tenant', 'kind', 'after'),
  component: lazyRouteComponent(() => import('./platform/EventsPage'), 'EventsPage'),
});

const tenant = createRoute({
  getParentRoute: () => signedIn,
  path: '/t/$tenant',
  beforeLoad: async ({ context, params }) => {
    const isMember = (me: typeof context.me) => me.tenants.some((tenant) => tenant.slug === params.tenant);
    if (isMember(context.me)) return;
    // Somebody may have been made a member since this was loaded.
    const me = await context.queries.fetchQuery({ ...meQuery, staleTime: 5_000 });
    if (isMember(me)) return;
    if (!me.superAdmin) throw notFound({ routeId: root.id });
    try {
      await context.queries.ensureQueryData(staffTenantQuery(params.tenant));
    } catch (error) {
      if (isProblem(error, 404)) throw notFound({ routeId: root.id });
      throw error;
    }
  },
  component: lazyRouteComponent(() => import('./shell/TenantShell'), 'TenantShell'),
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: '/',
  beforeLoad: async ({ context, params }) => {
    const subscribed =
      context.me.tenants.find((tenant) => tenant.slug === params.tenant)?.products ?? (await context.queries.ensureQueryData(staffTenantQuery(params.tenant))).products;
    const first = products.find((product) => subscribed.includes(product.name))?.places[0];
    throw redirect({ href: `/t/${params.tenant}${first?.path ?? '/members'}`, replace: true });
  },
});

const members = createRoute({
  getParentRoute: () => tenant,
  path: '/members',
  validateSearch: only('after', 'new'),
  component: lazyRouteComponent(() => import('./members/MembersPage'), 'MembersPage'),
});

const cardVault = createRoute({
  getParentRoute: () => tenant,
  path: '/cardvault',
  component: lazyRouteComponent(() => import('./products/cardvault/CardVault'), 'CardVault'),
});

const cardSearch = createRoute({
  getParentRoute: () => cardVault,
  path: '/search',
  validateSearch: only('q', 'add'),
  component: lazyRouteComponent(() => import('./products/cardvault/SearchPage'), 'SearchPage'),
});

const cards = createRoute({
  getParentRoute: () => cardVault,
  path: '/cards',
  validateSearch: only(...filterNames, 'sort', 'after', 'card', 'edit', 'add'),
  component: lazyRouteComponent(() => import('./products/cardvault/CardsPage'), 'CardsPage'),
});

const collections = createRoute({
  getParentRoute: () => cardVault,
  path: '/collections',
  validateSearch: only('new'),
  component: lazyRouteComponent(() => import('./products/cardvault/CollectionsPage'), 'CollectionsPage'),
});

const cardImport = createRoute({
  getParentRoute: () => cardVault,
  path: '/import',
  component: lazyRouteComponent(() => import('./products/cardvault/ImportPage'), 'ImportPage'),
});

const routeTree = root.addChildren([
  signedIn.addChildren([
    home,
    platform.addChildren([platformHome, tenants, events]),
    tenant.addChildren([tenantHome, members, cardVault.addChildren([cardSearch, cards, collections, cardImport])]),
  ]),
]);

export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingComponent: () => (
      <AfterAMoment>
        <Waiting />
      </AfterAMoment>
    ),
    defaultErrorComponent: FailedPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
