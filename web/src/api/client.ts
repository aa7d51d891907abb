import createClient, { type Middleware } from 'openapi-fetch';
import { loadProblemTexts } from '../i18n';
import { offline, ProblemError, readProblem } from './problem';
import type { paths } from './schema';

const signInRequired = 'urn:rowhouse:access:sign-in-required';

const manners: Middleware = {
  onRequest({ request }) {
    // The server takes a change by cookie only with this header, which another site's form cannot send.
    if (request.method !== 'GET') request.headers.set('X-Rowhouse-Request', '1');
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return;
    const problem = await readProblem(response);
    // Nobody signed in: that is no failure that is shown.
    if (problem.type !== signInRequired) await loadProblemTexts();
    throw new ProblemError(problem);
  },
  onError({ error }) {
    return error instanceof TypeError ? new ProblemError(offline) : undefined;
  },
};

/** What stands before the path of a tenant's endpoint. */
export const tenantBase = (tenant: string) => `/t/${encodeURIComponent(tenant)}`;

function open(baseUrl: string) {
  // `fetch` is looked up with each call, and with the session's cookie: nothing of it is in the page.
  const client = createClient<paths>({ baseUrl, credentials: 'same-origin', fetch: (request) => fetch(request) });
  client.use(manners);
  return client;
}

/** The platform's endpoints, and those about one's own session. */
export const platform = open('');

const tenants = new Map<string, ReturnType<typeof open>>();

/** The endpoints of one tenant: it stands in the address, so that two tabs never cross. */
export function tenantApi(tenant: string) {
  let client = tenants.get(tenant);
  if (client === undefined) tenants.set(tenant, (client = open(tenantBase(tenant))));
  return client;
}

/** The version that a change was made on: the server refuses it when another came between. */
export const onVersion = (version: number) => ({ 'If-Match': `"${version}"` });

/** The answer's body. Everything that is no success has been thrown as a {@link ProblemError}. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}
