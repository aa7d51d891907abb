import './furniture';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { cleanup, configure, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, vi } from 'vitest';
import '../src/i18n';
import { createQueries } from '../src/queries';
import { createConsoleRouter } from '../src/routes';
import { theme } from '../src/theme';

/** What stands in for the server: by method and path, a body, or what makes the answer. */
export type Answers = Record<string, unknown>;

export const problem = (status: number, type: string) => () => {
  const body = { type: `urn:rowhouse:${type}`, title: type, status };
  return Promise.resolve(Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } }));
};

export const signedOut = problem(401, 'access:sign-in-required');

/** An answer that comes when the test says so. */
export function later() {
  let resolve: (response: Response) => void = () => undefined;
  const promise = new Promise<Response>((come) => (resolve = come));
  return {
    wait: () => promise,
    answer: (body: unknown) => resolve(Response.json(body)),
    fail: (status: number, type: string) => void problem(status, type)().then(resolve),
  };
}

export const smith = {
  id: '0198a000-0000-7000-8000-000000000001',
  slug: 'smith',
  name: 'Smith Cards',
  status: 'active',
  role: 'admin',
  products: ['cardvault'],
  permissions: ['cardvault.cards.edit', 'platform.members.read', 'platform.members.edit'],
  timeZone: 'Etc/UTC',
  currency: 'USD',
  locale: 'en',
};

/** The same as super-admins see it. */
export const tenant = {
  ...smith,
  cloudType: 'public',
  provisioningStatus: 'active',
  plan: 'starter',
  externalIds: [],
  placement: { kind: 'shared', store: 'main', database: 'rowhouse', generation: 1 },
  createdAt: '2026-01-02T03:04:05Z',
};
export const ann = { id: '0198a000-0000-7000-8000-000000000002', name: 'Ann Admin', email: 'ann@smith.example' };
export const me = { person: ann, superAdmin: false, tenants: [smith] };

export const member = (name: string, role = 'member') => ({
  id: `id-${name}`,
  name,
  email: `${name.toLowerCase()}@smith.example`,
  role,
  personId: `person-${name}`,
  status: 'joined',
  invitedAt: '2026-01-02T03:04:05Z',
  joinedAt: '2026-01-02T03:04:05Z',
});
export const page = (...items: unknown[]) => ({ items, next: null, total: items.length });

// A page's code is loaded when somebody goes there, which takes a busy machine a moment.
configure({ asyncUtilTimeout: 4_000 });
vi.setConfig({ testTimeout: 20_000 });

let leave: () => void = () => undefined;

afterEach(async () => {
  cleanup();
  leave();
  // A dialog that was open gives the focus back in a moment, and the last test's page is gone by then.
  await new Promise((resolve) => setTimeout(resolve, 20));
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

export function show(page: ReactNode) {
  render(<MantineProvider theme={theme}>{page}</MantineProvider>);
}

/** Answers what the pages ask, and keeps what was asked. */
export function serve(answers: Answers) {
  const asked: { what: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    asked.push({ what, body: request.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text || undefined });
    const answer = answers[what];
    if (answer === undefined) throw new Error(`The test has no answer to ${what}.`);
    return typeof answer === 'function' ? (answer as (asked: Request) => Promise<Response>)(request) : Response.json(answer);
  });
  return { asked, count: (what: string) => asked.filter((request) => request.what === what).length };
}

/** The console at an address, as behind the sign-in, with a server that gives these answers. They may be changed on the way. */
export function openConsole(address: string, answers: Answers) {
  const server = serve(answers);
  window.history.replaceState(null, '', address);
  const queries = createQueries();
  const router = createConsoleRouter(queries);
  leave = () => router.history.destroy();
  show(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...server, queries, router };
}
