import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { got, platform } from '../api/client';
import type { Event } from '../api/types';
import { pageSize } from '../kit/paging';

export interface EventFilter {
  state?: string;
  tenant?: string;
  kind?: string;
  after?: string;
}

export function eventsQuery({ state, tenant, kind, after }: EventFilter) {
  return queryOptions({
    queryKey: ['platform', 'events', { state, tenant, kind, after }],
    queryFn: ({ signal }) => got(platform.GET('/api/outbox', { params: { query: { state, tenant, kind, after, limit: pageSize } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export const eventSummaryQuery = queryOptions({
  queryKey: ['platform', 'events', 'summary'],
  queryFn: ({ signal }) => got(platform.GET('/api/outbox/summary', { signal })),
});

/** Reads the list and the counts anew. */
export function useRefreshEvents() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['platform', 'events'] });
}

function useEventChange(change: (event: Event) => Promise<unknown>) {
  // Refused as well: then others were quicker, and the list is an old one.
  return useMutation({ mutationFn: change, onSettled: useRefreshEvents() });
}

/** An event of a tenant's home is reached through that tenant. */
const home = ({ id, place, tenant }: Event) => (place === 'tenant' && tenant ? { path: { idOrSlug: tenant.id, id } } : undefined);

export const useRetryEvent = () =>
  useEventChange((event) => {
    const params = home(event);
    return got(params ? platform.POST('/api/tenants/{idOrSlug}/outbox/{id}/retry', { params }) : platform.POST('/api/outbox/{id}/retry', { params: { path: { id: event.id } } }));
  });

export const useDropEvent = () =>
  useEventChange((event) => {
    const params = home(event);
    return got(params ? platform.DELETE('/api/tenants/{idOrSlug}/outbox/{id}', { params }) : platform.DELETE('/api/outbox/{id}', { params: { path: { id: event.id } } }));
  });
