import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { got, platform, tenantApi } from '../api/client';
import type { CreateTenant } from '../api/types';
import { pageSize } from '../kit/paging';

/** The plans that the server knows, the default first. */
export const plans = ['starter', 'professional', 'enterprise'] as const;

export interface TenantFilter {
  search?: string;
  status?: string;
  sort?: string;
  after?: string;
}

export function tenantsQuery({ search, status, sort, after }: TenantFilter) {
  return queryOptions({
    queryKey: ['platform', 'tenants', { search, status, sort, after }],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants', { params: { query: { search, status, sort, after, limit: pageSize, count: true } }, signal })),
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
export const useSubscribe = (slug: string) =>
  useTenantChange((product: string) => got(platform.POST('/api/tenants/{idOrSlug}/subscriptions', { params: one(slug), body: { product } })));
export const useUnsubscribe = (slug: string) =>
  useTenantChange((product: string) => got(platform.DELETE('/api/tenants/{idOrSlug}/subscriptions/{product}', { params: { path: { idOrSlug: slug, product } } })));

/** What the server will make of a name, for showing it before: letters and digits of ASCII, joined by hyphens, at most 40. */
export function suggestSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
}
