// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { relative } from '../src/kit/Format';

test('a time is as long ago as it is, and on no day that it was not', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const ago = (hours: number) => relative(new Date(now.getTime() - hours * 3_600_000), now, 'en');
  expect([0, 1, 46, 48].map(ago)).toEqual(['now', '1 hour ago', '1 day ago', '2 days ago']);
});
