import { errors } from '@frontrow/contracts/errors';
import type { Upstream } from './settings.ts';

/** Which service has which part of the address space. Whatever isn't here is 404; so is every ops endpoint. */
const PREFIXES: readonly (readonly [prefix: string, upstream: Upstream])[] = [
  ['/v1/queue', 'queue'],
  ['/v1/concerts', 'concert'],
  ['/v1/performances', 'concert'],
  ['/v1/reservations', 'reservation'],
  ['/v1/wallet', 'wallet'],
  ['/v1/payments', 'payment'],
  // The concert service hosts the documents of all five.
  ['/docs', 'concert'],
  ['/openapi.json', 'concert'],
  ['/asyncapi.json', 'concert'],
  ['/asyncapi', 'concert'],
];

/** More than the longest `Prefer: wait` of a payment. */
const ANSWER_WITHIN = '35s';

const isSafe = { name: ':method', string_match: { safe_regex: { regex: 'GET|HEAD|OPTIONS' } } };
const isStream = { name: 'accept', string_match: { contains: 'text/event-stream' } };
const isMethod = (method: string) => ({ name: ':method', string_match: { exact: method } });

const PREVIOUS_HOSTS = 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate';

const retry = (on: string) => ({
  retry_on: on,
  num_retries: 3,
  retry_back_off: { base_interval: '0.02s', max_interval: '0.2s' },
  retry_host_predicate: [
    { name: 'previous_hosts', typed_config: { '@type': `type.googleapis.com/${PREVIOUS_HOSTS}` } },
  ],
  host_selection_retry_max_attempts: 5,
});

/** A connection that could not be made carried nothing: any request may try the next instance. */
const anyRetry = retry('connect-failure,refused-stream');
/** One that broke later is tried again only where doing it twice is doing it once. */
const safeRetry = retry('connect-failure,refused-stream,reset');

const routesOf = ([prefix, cluster]: (typeof PREFIXES)[number]): object[] => {
  const match = { path_separated_prefix: prefix };
  return [
    // An event stream ends when one side leaves.
    {
      match: { ...match, headers: [isMethod('GET'), isStream] },
      route: { cluster, timeout: '0s', retry_policy: safeRetry },
    },
    { match: { ...match, headers: [isSafe] }, route: { cluster, timeout: ANSWER_WITHIN, retry_policy: safeRetry } },
    { match, route: { cluster, timeout: ANSWER_WITHIN, retry_policy: anyRetry } },
  ];
};

export const routes: readonly object[] = [
  { match: { path: '/healthz' }, direct_response: { status: 200, body: { inline_string: 'ok\n' } } },
  { match: { path: '/' }, redirect: { path_redirect: '/docs', response_code: 'FOUND' } },
  {
    match: { path: '/auth/token', headers: [isMethod('POST')] },
    route: { cluster: 'issuer', prefix_rewrite: '/token', timeout: ANSWER_WITHIN, retry_policy: anyRetry },
  },
  {
    match: { path: '/.well-known/jwks.json', headers: [isSafe] },
    route: { cluster: 'queue', timeout: ANSWER_WITHIN, retry_policy: safeRetry },
  },
  ...PREFIXES.flatMap(routesOf),
  { match: { prefix: '/' }, direct_response: { status: errors.NOT_FOUND.status } },
];
