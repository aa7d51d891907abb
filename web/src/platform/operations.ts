import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { got, platform } from '../api/client';
import { readEvents } from '../api/stream';
import type { Operation, Tenant } from '../api/types';
import { addTexts, lookUp } from '../i18n';
import texts from '../i18n/en/operations.json';
import { pageSize } from '../kit/paging';
import { useRefreshTenants, useTenantChange } from './tenants';

addTexts({ operations: texts });

export const kindName = (kind: string) => lookUp('operations.kinds', kind) ?? kind;
export const stepName = (step: string) => lookUp('operations.steps', step) ?? step;

/** Whether it goes on by itself. */
export const isUnderWay = ({ status }: Operation) => status === 'running' || status === 'undoing';

export const canCancel = ({ status, canBeUndone }: Operation) => (status === 'running' || status === 'stuck') && canBeUndone;

/** Only the newest one of a tenant can be retried. One that was cancelled begins anew, where the tenant is still without a home. */
export function canRetry({ kind, status }: Operation, tenant: Tenant): boolean {
  if (kind === 'deprovision') return status === 'stuck';
  if (['deleted', 'purged', 'erased'].includes(tenant.status)) return false;
  return status === 'failed' || status === 'stuck' || (status === 'cancelled' && kind === 'provision' && tenant.status === 'failed');
}

export function operationsQuery(tenant: string) {
  return queryOptions({
    queryKey: ['platform', 'operations', tenant],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants/{idOrSlug}/operations', { params: { path: { idOrSlug: tenant }, query: { limit: pageSize } }, signal })),
  });
}

const whileTold = 15_000;
const whileNotTold = 2_000;
const shortestPause = 1_000;
const longestPause = 30_000;

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((over) => {
    const timer = setTimeout(over, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      over();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Tells how an operation goes on, until it stops or nobody listens any more; and nothing, once, where the stream has ended or cannot be opened. Then it is opened again. */
async function follow(id: string, signal: AbortSignal, tell: (operation: Operation | undefined) => void) {
  let wait = shortestPause;
  while (!signal.aborted) {
    try {
      const stream = await got(platform.GET('/api/operations/{id}/events', { params: { path: { id } }, parseAs: 'stream', signal }));
      if (stream) {
        for await (const { name, data } of readEvents(stream)) {
          if (signal.aborted) return;
          if (name !== 'operation') continue;
          const operation = JSON.parse(data) as Operation;
          wait = shortestPause;
          tell(operation);
          if (!isUnderWay(operation)) return;
        }
      }
    } catch {
      // Whatever it was, the list is asked meanwhile, and shows what is more than a moment's failure.
    }
    if (signal.aborted) return;
    tell(undefined);
    await pause(wait, signal);
    wait = Math.min(wait * 2, longestPause);
  }
}

/** The operations on a tenant, newest first. The one that is under way is shown as it goes on: by its stream, and by asking again and again where there is none. */
export function useOperations(tenant: string, enabled = true) {
  const queries = useQueryClient();
  const [told, setTold] = useState(false);
  const list = useQuery({
    ...operationsQuery(tenant),
    enabled,
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? (told ? whileTold : whileNotTold) : false),
  });
  const underWay = list.data?.items.find(isUnderWay)?.id;

  useEffect(() => {
    if (underWay === undefined) return;
    const leaving = new AbortController();
    void follow(underWay, leaving.signal, (operation) => {
      setTold(operation !== undefined);
      if (operation === undefined) return;
      queries.setQueryData(operationsQuery(tenant).queryKey, (known) => known && { ...known, items: known.items.map((other) => (other.id === operation.id ? operation : other)) });
    });
    return () => {
      leaving.abort();
      setTold(false);
    };
  }, [underWay, tenant, queries]);

  // Its end has changed the tenant.
  const refresh = useEffectEvent(useRefreshTenants());
  const last = useRef(underWay);
  useEffect(() => {
    if (last.current !== undefined && underWay === undefined) void refresh();
    last.current = underWay;
  }, [underWay]);

  return list;
}

export const useCancelOperation = () => useTenantChange((id: string) => got(platform.POST('/api/operations/{id}/cancel', { params: { path: { id } } })));

export const useRetryOperation = (tenant: Tenant) =>
  useTenantChange(({ id, kind, status }: Operation): Promise<unknown> => {
    const ofTenant = kind === 'provision' && status !== 'stuck' && tenant.status === 'failed';
    return ofTenant
      ? got(platform.POST('/api/tenants/{idOrSlug}/retry', { params: { path: { idOrSlug: tenant.id } } }))
      : got(platform.POST('/api/operations/{id}/retry', { params: { path: { id } } }));
  });
