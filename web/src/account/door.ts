import { got, platform } from '../api/client';
import { doorOf } from './door-paths';

export function signIn(email: string, password: string) {
  return got(platform.POST('/api/session', { params: { query: { cookie: true } }, body: { email, password } }));
}

export function setPassword(token: string, password: string) {
  return got(platform.POST('/api/password/set', { body: { token, password } }));
}

/** An address of this console to return to after signing in, or home: never one of another host. */
export function safeReturn(from: string | null): string {
  const { origin } = window.location;
  if (from === null || !from.startsWith('/') || !URL.canParse(from, origin)) return '/';
  const target = new URL(from, origin);
  // A path that begins with two slashes names a host to whoever goes there.
  if (target.origin !== origin || target.pathname.startsWith('//') || doorOf(target.pathname) !== undefined) return '/';
  return target.pathname + target.search + target.hash;
}
