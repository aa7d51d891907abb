import { recall, remember } from '../kit/remember';

const kept = 4;
const key = (person: string) => `rowhouse.recent.${person}`;

/** The slugs of the tenants where the person was last, the latest first. */
export function recentTenants(person: string): string[] {
  return recall<string[]>(key(person), []);
}

export function rememberTenant(person: string, slug: string) {
  remember(key(person), [slug, ...recentTenants(person).filter((other) => other !== slug)].slice(0, kept));
}
