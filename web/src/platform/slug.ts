// As the server's Slug has them; tests/Rowhouse.Tenancy.Tests/Kernel/slugs.json tests both.
const transliterated: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ł: 'l', ŧ: 't', þ: 'th', ı: 'i' };
const longestSuggestion = 40;
const reserved = new Set('www api app admin t auth login docs health openapi static assets mail platform rowhouse localhost'.split(' '));
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the server will make of a name that is free, for showing it before; empty where it will ask for a slug. */
export function suggestSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{Mn}'’]/gu, '')
    .replace(/[^a-z0-9]/gu, (letter) => transliterated[letter] ?? '-')
    .replace(/-+/g, '-')
    .replace(/^-/, '')
    .slice(0, longestSuggestion)
    .replace(/-$/, '');
  return reserved.has(slug) || uuid.test(slug) ? '' : slug;
}
