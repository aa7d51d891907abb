import { got, onVersion, tenantApi } from '../../api/client';
import type { Collection } from '../../api/types';
import { useCardVaultChange } from './changes';

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
