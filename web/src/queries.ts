import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { meQuery } from './account/session';
import { isProblem, problemOf } from './api/problem';
import { sayThatSessionEnded } from './shell/ended';

/** What the console holds of the server's state. */
export function createQueries(): QueryClient {
  const onError = (error: unknown) => {
    // Where nobody was signed in yet, the route itself leads to the door.
    if (isProblem(error, 401) && queries.getQueryData(meQuery.queryKey) !== undefined) sayThatSessionEnded(queries);
  };
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // Only what may pass by itself is tried again.
        retry: (count, error) => count < 2 && [0, 502, 503, 504].includes(problemOf(error).status),
      },
      // A change that waited for the connection would be sent after its dialog was cancelled: without one it fails at once.
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}
