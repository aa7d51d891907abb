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

function useEventChange(change: (event: Event) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Refused as well: then others were quicker, and the list is an old one.
    onSettled: () => queries.invalidateQueries({ queryKey: ['platform', 'events'] }),
  });
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
