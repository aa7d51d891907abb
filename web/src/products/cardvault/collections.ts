import { useQuery } from '@tanstack/react-query';
import { got, onVersion, tenantApi } from '../../api/client';
import { problemOf } from '../../api/problem';
import type { Collection } from '../../api/types';
import { problemTitle } from '../../kit/ProblemView';
import { useTenant } from '../../shell/tenant';
import { collectionsQuery } from './cards';
import { useCardVaultChange } from './changes';

/** The collections for a list to choose from: one that could not be read must not look like none. */
export function useCollectionChoice() {
  const { data, error, refetch } = useQuery(collectionsQuery(useTenant().slug));
  const unread = data === undefined && error !== null;
  return {
    collections: data ?? [],
    unread: unread ? problemTitle(problemOf(error)) : undefined,
    readAgain: () => void (unread && refetch()),
  };
}

export const useAddCollection = (tenant: string) =>
  useCardVaultChange(tenant, (name: string) => got(tenantApi(tenant).POST('/api/cardvault/collections', { body: { name } })));
export const useRenameCollection = (tenant: string) =>
  useCardVaultChange(tenant, ({ collection: { id, version }, name }: { collection: Collection; name: string }) =>
    got(tenantApi(tenant).PATCH('/api/cardvault/collections/{id}', { params: { path: { id } }, body: { name }, headers: onVersion(version) })),
  );
/** Its cards are kept, in no collection. */
export const useDeleteCollection = (tenant: string) =>
  useCardVaultChange(tenant, ({ id, version, cards }: Collection) =>
    got(
      tenantApi(tenant).DELETE('/api/cardvault/collections/{id}', {
        params: { path: { id }, query: { cards: cards > 0 ? 'loose' : undefined } },
        headers: onVersion(version),
      }),
    ),
  );
