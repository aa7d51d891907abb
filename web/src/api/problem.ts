import type { CardImport } from './types';

/** A failure as the server describes it (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  traceId?: string;
  /** Field → messages; nested fields with a point. */
  errors?: Record<string, string[]>;
  /** The rows of a refused import. */
  report?: CardImport;
}

/** The server could not be reached at all. */
export const offline: Problem = { type: 'urn:rowhouse:console:offline', title: 'The server cannot be reached', status: 0 };

/** A part of the console is not at its address: a newer version has taken its place. */
export const notLoaded: Problem = { type: 'urn:rowhouse:console:not-loaded', title: 'Part of this page cannot be loaded', status: 404 };

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { type: 'urn:rowhouse:console:unexpected', title: error instanceof Error ? error.message : String(error), status: 0 };
}

export function isProblem(error: unknown, ...statuses: number[]): error is ProblemError {
  return error instanceof ProblemError && statuses.includes(error.problem.status);
}

/** What an answer that is no success says; proxies answer with pages instead of problems. */
export async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = { type: `urn:rowhouse:console:http-${response.status}`, title: response.statusText || `HTTP ${response.status}`, status: response.status };
  if (!response.headers.get('content-type')?.includes('json')) return fallback;
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...body, status: response.status };
  } catch (error) {
    if (error instanceof SyntaxError) return fallback;
    throw error;
  }
}

/**
 * The server's field errors by the form's field names: `$.cost.amount`, `Cost.Amount` and `cost.amount` are one field.
 * So are `externalIds[0]` and `externalIds`: a list of values is entered in one field.
 */
export function fieldErrors(problem: Problem): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, messages] of Object.entries(problem.errors ?? {})) {
    const field = name
      .replace(/^\$\.?/, '')
      .replace(/\[\d+\]$/, '')
      .replace(/\[(\d+)\]/g, '.$1')
      .split('.')
      .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
      .join('.');
    fields[field] = [fields[field] ?? [], messages].flat().join(' ');
  }
  return fields;
}
