import { got, platform } from '../api/client';
import { doorOf } from './door-paths';

/** @param tenant Where to: before their addresses are proven, several tenants may know different people by one. */
export function signIn(email: string, password: string, tenant?: string) {
  return got(platform.POST('/api/session', { params: { query: { cookie: true } }, body: { email, password, tenant } }));
}

/** What a one-time link invites to. */
export function readInvitation(token: string) {
  return got(platform.POST('/api/invitations/read', { body: { token } }));
}

export function acceptInvitation(token: string) {
  return got(platform.POST('/api/invitations/accept', { body: { token } }));
}

export function setPassword(token: string, password: string) {
  return got(platform.POST('/api/password/set', { body: { token, password } }));
}

/** The tenant that an address of this console is in. */
export function tenantOf(address: string): string | undefined {
  return /^\/t\/([^/?#]+)/.exec(address)?.[1];
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
