import { readFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import { describe, expect, test } from 'vitest';
import en from '../src/i18n/en';

const document = readFileSync('openapi.json', 'utf8');

describe("the server's document", () => {
  test('is the one that the types were generated from (npm run types)', async () => {
    const generated = astToString(await openapi(JSON.parse(document) as object as Parameters<typeof openapi>[0]));
    const checkedIn = readFileSync('src/api/schema.d.ts', 'utf8');
    expect(checkedIn.endsWith(generated)).toBe(true);
  });

  test('names no problem that the console cannot say in words', () => {
    const types = [...new Set([...document.matchAll(/urn:rowhouse:([a-z-]+):([a-z-]+)/g)].map(([, area, what]) => `${area}.${what}`))];
    expect(types.length).toBeGreaterThan(10);

    const problems = en.problems as Record<string, Record<string, string>>;
    const unsaid = types.filter((type) => {
      const [area = '', what = ''] = type.split('.');
      return problems[area]?.[what] === undefined;
    });
    expect(unsaid).toEqual([]);
  });
});
