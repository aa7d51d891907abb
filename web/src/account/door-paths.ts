/** The addresses that need no session; they stand alone, without the console's router and query client. */
export const doors = ['/sign-in', '/invitation'] as const;
export type DoorPath = (typeof doors)[number];

export function doorOf(pathname: string): DoorPath | undefined {
  return doors.find((door) => door === pathname);
}

export function signInAddress(from: string, reason?: 'ended'): string {
  const search = new URLSearchParams();
  if (from !== '/' && from !== '') search.set('from', from);
  if (reason !== undefined) search.set('reason', reason);
  return search.size > 0 ? `/sign-in?${search}` : '/sign-in';
}
