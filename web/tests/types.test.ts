import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import openapi, { astToString } from 'openapi-typescript';
import { describe, expect, test } from 'vitest';
import problems from '../src/i18n/en/problems.json';

const document = readFileSync('openapi.json', 'utf8');

describe("the server's document", () => {
  test('is the one that the types were generated from (npm run types)', async () => {
    const generated = astToString(await openapi(JSON.parse(document) as object as Parameters<typeof openapi>[0]));
    const checkedIn = readFileSync('src/api/schema.d.ts', 'utf8');
    expect(checkedIn.endsWith(generated)).toBe(true);
  });
});

test('the console has words for the problems that the server knows, and for no others', () => {
  const sources = readdirSync('../src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cs'));
  const known = sources.flatMap((path) => [...readFileSync(join('../src', path), 'utf8').matchAll(/"urn:rowhouse:([a-z-]+:[a-z-]+)"/g)].map(([, type]) => type));
  const said = Object.entries(problems).flatMap(([area, named]) => Object.keys(named).map((what) => `${area}:${what}`));

  expect(said.sort()).toEqual([...new Set(known)].sort());
});
