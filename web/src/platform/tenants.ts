import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { got, platform, tenantApi } from '../api/client';
import { isProblem } from '../api/problem';
import type { CreateTenant, Tenant } from '../api/types';
import { lookUp } from '../i18n';
import { pageSize } from '../kit/paging';
import { staffTenantQuery } from '../shell/tenant';

/** The plans that the server knows. */
export { defaultPlan, plans } from './plans.json';
export const planName = (plan: string) => lookUp('platform.plans', plan) ?? plan;

/** Where a tenant's rows can live. */
export const cloudTypes = ['public', 'private'] as const;
export const defaultCloudType: (typeof cloudTypes)[number] = 'public';

export interface TenantFilter {
  search?: string;
  status?: string;
  plan?: string;
  store?: string;
  sort?: string;
  after?: string;
}

const one = (slug: string) => ({ path: { idOrSlug: slug } });

/** What is on its way to another state is asked again this often: it gets there by itself. */
const often = 5_000;
const onTheWay = ({ status }: Tenant) => ['pending', 'creating', 'moving', 'deleting'].includes(status);

export function tenantsQuery({ search, status, plan, store, sort, after }: TenantFilter) {
  return queryOptions({
    queryKey: ['platform', 'tenants', { search, status, plan, store, sort, after }],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants', { params: { query: { search, status, plan, store, sort, after, limit: pageSize, count: true } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(onTheWay) ? often : false),
  });
}

/** A tenant that is looked at while its state may change. */
export function tenantQuery(slug: string) {
  return queryOptions({
    ...staffTenantQuery(slug),
    refetchInterval: ({ state }) => (state.data && onTheWay(state.data) && !isProblem(state.error, 404) ? often : false),
  });
}

/** Whether each product of a tenant is set up for it; asked again while one is on its way. */
export function tenantProductsQuery(slug: string) {
  return queryOptions({
    queryKey: ['platform', 'tenant', slug, 'products'],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants/{idOrSlug}/products', { params: { ...one(slug), query: { limit: 200 } }, signal })),
    refetchInterval: ({ state }) => (state.data?.items.some(({ state }) => state === 'provisioning') ? often : false),
  });
}

/** How many people a tenant has, for saying what closing it means. */
export function memberCountQuery(slug: string) {
  return queryOptions({
    queryKey: ['platform', 'tenant', slug, 'members'],
    queryFn: async ({ signal }) => (await got(tenantApi(slug).GET('/api/members', { params: { query: { limit: 1, count: true } }, signal }))).total ?? null,
  });
}

/** Whatever changes a tenant changes the list, its page and perhaps what one's own memberships say. */
export function useRefreshTenants() {
  const queries = useQueryClient();
  return () => Promise.all([queries.invalidateQueries({ queryKey: ['platform'] }), queries.invalidateQueries({ queryKey: ['me'] })]);
}

export function useTenantChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  return useMutation({ mutationFn: change, onSuccess: useRefreshTenants() });
}

export const useCreateTenant = () => useTenantChange((tenant: CreateTenant) => got(platform.POST('/api/tenants', { body: tenant })));
export const useSuspend = (slug: string) => useTenantChange(() => got(platform.POST('/api/tenants/{idOrSlug}/suspend', { params: one(slug) })));
export const useResume = (slug: string) => useTenantChange(() => got(platform.POST('/api/tenants/{idOrSlug}/resume', { params: one(slug) })));
export const useProtect = (slug: string) =>
  useTenantChange((deletionProtection: boolean) => got(platform.PATCH('/api/tenants/{idOrSlug}', { params: one(slug), body: { deletionProtection } })));
export const useDelete = (slug: string) =>
  useTenantChange((confirm: string) => got(platform.DELETE('/api/tenants/{idOrSlug}', { params: { ...one(slug), query: { confirm } } })));
export const useRevive = (slug: string) => useTenantChange(() => got(platform.POST('/api/tenants/{idOrSlug}/revive', { params: one(slug) })));
export const useSubscribe = (slug: string) =>
  useTenantChange((product: string) => got(platform.POST('/api/tenants/{idOrSlug}/subscriptions', { params: one(slug), body: { product } })));
export const useUnsubscribe = (slug: string) =>
  useTenantChange((product: string) => got(platform.DELETE('/api/tenants/{idOrSlug}/subscriptions/{product}', { params: { path: { idOrSlug: slug, product } } })));
export const useRetryProduct = (slug: string) =>
  useTenantChange((product: string) => got(platform.POST('/api/tenants/{idOrSlug}/products/{product}/retry', { params: { path: { idOrSlug: slug, product } } })));
