// How the daemon is asked: every answer is JSON or a Problem, and says at which sequence it is true.

/// Where the daemon's page lives: "" or "/some/prefix".  Derived from this script's own address, so
/// that any proxy may put it anywhere.
export const prefix: string = import.meta.env.DEV || import.meta.url.startsWith('file:')
  ? '' : new URL(import.meta.url).pathname.replace(/\/static\/[^/]*$/, '');

/// What went wrong, in the daemon's own words (RFC 9457).
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string,
              readonly errors: { pointer: string; detail: string }[] = []) {
    super(detail);
  }
}

export interface Answer<T> {
  body: T;
  sequence: number;  ///< Of the daemon's state when it answered.
  headers: Headers;
}

/// Each segment of a key percent-encoded, its slashes as they are.
export const key_path = (key: string): string => key.split('/').map(encodeURIComponent).join('/');

type Value = string | number | boolean | null | undefined | readonly string[];
/// "?a=1&b=2"; what is empty is left out.
export function query_text(values: Record<string, Value>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value == null || value === '' || value === false) continue;
    if (typeof value === 'object') value.forEach(each => out.append(name, each));
    else out.set(name, value === true ? '1' : String(value));
  }
  const text = out.toString();
  return text && '?' + text;
}

/// The address of an API path such as "runs?limit=5".
export const api_url = (path: string): string => `${prefix}/api/v1/${path}`;

async function problem_of(response: Response): Promise<Problem> {
  try {
    const body = await response.json() as { code?: string; detail?: string; title?: string; errors?: Problem['errors'] };
    return new Problem(response.status, body.code ?? 'unknown', body.detail ?? body.title ?? response.statusText, body.errors);
  } catch {
    return new Problem(response.status, 'unknown', `${response.status} ${response.statusText}`);
  }
}

async function ask(method: string, path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(api_url(path), { method, credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', 'the daemon does not answer');
  }
  if (!response.ok) throw await problem_of(response);
  return response;
}

/// Reads a resource; throws a Problem.
export async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const response = await ask('GET', path, signal ? { signal } : {});
  return {
    body: await response.json() as T,
    sequence: Number(response.headers.get('freshet-sequence') ?? 0),
    headers: response.headers,
  };
}

export async function get_text(path: string, signal?: AbortSignal): Promise<string> {
  return (await ask('GET', path, signal ? { signal } : {})).text();
}

/// Changes something.  `key` makes it safe to say twice; give one where a person's act may be sent
/// again.  A null body is none.
export async function post<T>(path: string, body: unknown = {}, key = crypto.randomUUID?.() ?? String(Math.random()).slice(2)): Promise<T> {
  const response = await ask('POST', path, {
    headers: { ...body === null ? {} : { 'content-type': 'application/json' }, 'idempotency-key': key },
    body: body === null ? null : JSON.stringify(body),
  });
  return await response.json() as T;
}
