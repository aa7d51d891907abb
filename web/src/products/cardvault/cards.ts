import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { got, tenantApi, tenantBase } from '../../api/client';
import type { Collection } from '../../api/types';
import { pageSize } from '../../kit/paging';
import { typedFilter, type CardFilter } from './filter';

export const defaultSort = '-updatedAt';

export function cardsQuery(tenant: string, filter: CardFilter, sort: string, after: string | undefined) {
  return queryOptions({
    queryKey: ['tenant', tenant, 'cardvault', 'cards', { filter, sort, after }],
    queryFn: ({ signal }) =>
      got(tenantApi(tenant).GET('/api/cardvault/cards', { params: { query: { ...typedFilter(filter), sort, after, limit: pageSize, count: true } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function cardQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: ['tenant', tenant, 'cardvault', 'card', id],
    queryFn: ({ signal }) => got(tenantApi(tenant).GET('/api/cardvault/cards/{id}', { params: { path: { id } }, signal })),
  });
}

/** The file has the rows that the list shows, all pages of it. */
export function exportAddress(tenant: string, filter: CardFilter): string {
  const search = new URLSearchParams(Object.entries(typedFilter(filter)).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
  return `${tenantBase(tenant)}/api/cardvault/cards/export${search.size > 0 ? `?${search}` : ''}`;
}

export const templateAddress = (tenant: string) => `${tenantBase(tenant)}/api/cardvault/cards/import/template`;

/** The API gives the best so many, and does not count the others. */
export const searchLimit = 30;

export function searchQuery(tenant: string, words: string) {
  return queryOptions({
    queryKey: ['tenant', tenant, 'cardvault', 'search', words],
    queryFn: ({ signal }) => got(tenantApi(tenant).GET('/api/cardvault/catalogue/search', { params: { query: { q: words, limit: searchLimit } }, signal })),
    placeholderData: keepPreviousData,
    enabled: words !== '',
    staleTime: 300_000,
  });
}

export function collectionsQuery(tenant: string) {
  return queryOptions({
    queryKey: ['tenant', tenant, 'cardvault', 'collections'],
    queryFn: async ({ signal }) => {
      const all: Collection[] = [];
      let after: string | undefined;
      do {
        const page = await got(tenantApi(tenant).GET('/api/cardvault/collections', { params: { query: { limit: 200, after } }, signal }));
        all.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return all;
    },
  });
}
