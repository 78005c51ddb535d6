/** An answer with its body read: JSON where it is JSON, else text. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint: tests look into bodies of every shape
  readonly body: any;
}

export type Api = Record<
  'get' | 'post' | 'put' | 'delete',
  (path: string, options?: { body?: unknown; headers?: Record<string, string> }) => Promise<ApiAnswer>
>;

/** Plain HTTP calls to a service, as the bearer of a token. A body that is text is sent as it is. */
export function api(baseUrl: string, token?: string): Api {
  const call =
    (method: string): Api['get'] =>
    async (path, { body, headers = {} } = {}) => {
      const response = await fetch(baseUrl + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.text();
      const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    };
  return { get: call('GET'), post: call('POST'), put: call('PUT'), delete: call('DELETE') };
}
