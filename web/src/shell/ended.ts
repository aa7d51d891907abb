import { useQuery, type QueryClient } from '@tanstack/react-query';

/** Where it is kept that the server refused something because nobody is signed in any more. */
export const endedKey = ['session-ended'];

export function sayThatSessionEnded(queries: QueryClient) {
  queries.setQueryData(endedKey, true);
}

export function useSessionEnded(): boolean {
  return useQuery({ queryKey: endedKey, queryFn: () => false, staleTime: Infinity, initialData: false }).data;
}
