// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { duration } from '../src/kit/Duration';
import { relative } from '../src/kit/Format';

test('a time is as long ago as it is, and on no day that it was not', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const ago = (hours: number) => relative(new Date(now.getTime() - hours * 3_600_000), now, 'en');
  expect([0, 1, 46, 48].map(ago)).toEqual(['now', '1 hour ago', '1 day ago', '2 days ago']);
});

test('what took long is told in its two largest units, what did not to a tenth of a second', () => {
  const from = new Date('2026-11-21T12:00:00Z');
  const took = (seconds: number) => duration(from, new Date(from.getTime() + seconds * 1000), 'en');
  expect([-1, 0, 0.42, 9.97, 12.4, 59.6, 60, 185, 3599.9, 7800].map(took)).toEqual(['0s', '0s', '0.4s', '10s', '12s', '1m', '1m', '3m 5s', '1h', '2h 10m']);
});
