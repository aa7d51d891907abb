import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Manifest } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const kilobyte = 1000;
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-console-'));
let manifest: Manifest;

/** A chunk with everything that it imports at once, not what it fetches later. */
function closure(name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`The build has no chunk ${name}.`);
  if (seen.has(name)) return seen;
  seen.add(name);
  chunk.imports?.forEach((other) => closure(other, seen));
  return seen;
}

function firstShow(...entries: string[]): number {
  const chunks = new Set(entries.flatMap((entry) => [...closure(entry)]));
  return [...chunks].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, manifest[name]!.file))).length, 0);
}

beforeAll(async () => {
  // Else the build takes over vitest's "test" and carries React's development half.
  vi.stubEnv('NODE_ENV', 'production');
  await build({ logLevel: 'silent', build: { outDir: folder, emptyOutDir: true } });
  manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Manifest;
}, 60_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('the weight of the script, compressed', () => {
  test('of the sign-in is at most 150 kB', () => {
    expect(firstShow('index.html', 'src/account/Door.tsx')).toBeLessThanOrEqual(150 * kilobyte);
  });

  test('of the first show of any page is at most 250 kB', () => {
    const signedIn = 'src/SignedIn.tsx';
    const pages = (manifest[signedIn]?.dynamicImports ?? []).filter((name) => name.endsWith('Page.tsx'));
    expect(pages.length).toBeGreaterThan(2);

    const weights = pages.map(
      (page) => [page, firstShow('index.html', signedIn, page.startsWith('src/platform/') ? 'src/shell/PlatformShell.tsx' : 'src/shell/TenantShell.tsx', page)] as const,
    );
    expect(weights.filter(([, weight]) => weight > 250 * kilobyte)).toEqual([]);
  });

  test('is asked of this host only, and none of it stands in the page', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(page.match(/https?:\/\//g)).toBeNull();
    expect(page.match(/<script(?![^>]*\ssrc=)[^>]*>/g)).toBeNull();
    expect(page.match(/<script(?![^>]*nonce="__CSP_NONCE__")[^>]*>/g)).toBeNull();
    expect(page.match(/<style|\sstyle=/g)).toBeNull();
  });
});
