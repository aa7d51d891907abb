import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { got, platform } from '../api/client';
import { isProblem } from '../api/problem';
import type { Me } from '../api/types';
import { signInAddress } from './door-paths';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => got(platform.GET('/api/me', { signal })),
  staleTime: 60_000,
});

/** Who is signed in. Only for pages behind the sign-in, whose route has loaded it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

export function changePassword(currentPassword: string, newPassword: string) {
  return got(platform.POST('/api/password/change', { body: { currentPassword, newPassword } }));
}

/** Ends the session. The page is loaded anew, so that nothing of what it showed stays in memory. */
export async function signOut() {
  try {
    await got(platform.DELETE('/api/session'));
  } catch (error) {
    // A session that is over already is signed out.
    if (!isProblem(error, 401)) throw error;
  }
  window.location.assign(signInAddress('/'));
}
