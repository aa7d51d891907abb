import { useMutation, useQueryClient } from '@tanstack/react-query';
import { got, onVersion, tenantApi } from '../../api/client';
import { isProblem } from '../../api/problem';
import type { Card, CardRequest } from '../../api/types';

// Apart from what is read: a list is shown without the code that changes what it lists.

const everything = ['cards', 'card', 'collections'];

/**
 * A card that changes changes the lists and the collections' counts as well.
 * @param turns Of changes that take turns under one name, the next waits until the one before has ended.
 */
export function useCardVaultChange<Input, Result>(tenant: string, change: (input: Input) => Promise<Result>, changed = everything, turns?: string) {
  const queries = useQueryClient();
  const refresh = (parts: string[]) => Promise.all(parts.map((part) => queries.invalidateQueries({ queryKey: ['tenant', tenant, 'cardvault', part] })));
  return useMutation({
    mutationFn: change,
    scope: turns === undefined ? undefined : { id: turns },
    onSuccess: () => refresh(changed),
    onError: (error) => {
      // Somebody was faster. Without what is there now, the next try would be on the same old version.
      if (isProblem(error, 404, 409, 412)) void refresh(everything);
    },
  });
}

export const useAddCard = (tenant: string) => useCardVaultChange(tenant, (card: CardRequest) => got(tenantApi(tenant).POST('/api/cardvault/cards', { body: card })));
export const useChangeCard = (tenant: string, id: string) =>
  useCardVaultChange(tenant, ({ change, version }: { change: CardRequest; version: number }) =>
    got(tenantApi(tenant).PATCH('/api/cardvault/cards/{id}', { params: { path: { id } }, body: change, headers: onVersion(version) })),
  );
/** Whoever shows the card lets go of it: it is not there to be read again. */
export const useDeleteCard = (tenant: string) =>
  useCardVaultChange(
    tenant,
    ({ id, version }: Card) => got(tenantApi(tenant).DELETE('/api/cardvault/cards/{id}', { params: { path: { id } }, headers: onVersion(version) })),
    ['cards', 'collections'],
  );
