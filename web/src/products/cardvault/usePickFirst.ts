import { useQueryClient } from '@tanstack/react-query';
import type { KeyboardEvent } from 'react';
import type { CatalogueCard } from '../../api/types';
import { searchQuery } from './cards';

/** Enter picks the first hit of the words as they stand, once it is known; not when they are changed before. */
export function usePickFirst(tenant: string, pick: (card: CatalogueCard, words: string) => void) {
  const queries = useQueryClient();
  return (event: KeyboardEvent<HTMLInputElement>) => {
    const field = event.currentTarget;
    const words = field.value.trim();
    if (event.key !== 'Enter' || words === '') return;
    queries.ensureQueryData(searchQuery(tenant, words)).then(
      ({ items: [first] }) => {
        if (first !== undefined && field.isConnected && field.value.trim() === words) pick(first, words);
      },
      // The list says itself why it cannot be had.
      () => undefined,
    );
  };
}
