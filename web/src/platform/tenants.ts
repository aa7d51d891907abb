import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { got, platform, tenantApi } from '../api/client';
import type { CreateTenant } from '../api/types';
import { lookUp } from '../i18n';
import { pageSize } from '../kit/paging';

/** The plans that the server knows. */
export { defaultPlan, plans } from './plans.json';
export const planName = (plan: string) => lookUp('platform.plans', plan) ?? plan;

export interface TenantFilter {
  search?: string;
  status?: string;
  plan?: string;
  sort?: string;
  after?: string;
}

export function tenantsQuery({ search, status, plan, sort, after }: TenantFilter) {
  return queryOptions({
    queryKey: ['platform', 'tenants', { search, status, plan, sort, after }],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants', { params: { query: { search, status, plan, sort, after, limit: pageSize, count: true } }, signal })),
    placeholderData: keepPreviousData,
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
function useTenantChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: ['platform'] }), queries.invalidateQueries({ queryKey: ['me'] })]),
  });
}

const one = (slug: string) => ({ path: { idOrSlug: slug } });

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
