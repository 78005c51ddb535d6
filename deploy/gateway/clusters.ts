import type { Endpoint, GatewaySettings, Upstream } from './settings.ts';

const DNS_CLUSTER = 'envoy.extensions.clusters.dns.v3.DnsCluster';
const PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Shorter than the services keep an idle connection (75 s): a connection in use is never closed by them. */
const IDLE_TIMEOUT: Record<'issuer' | 'service', string> = { service: '60s', issuer: '4s' };

export const clusters = ({ endpoints }: GatewaySettings): object[] =>
  (Object.entries(endpoints) as [Upstream, Endpoint[]][]).map(([name, instances]) => ({
    name,
    // Numbers are taken as they are; names are looked up again and again, and each of their addresses is an instance.
    cluster_type: {
      name: 'dns',
      typed_config: {
        '@type': `type.googleapis.com/${DNS_CLUSTER}`,
        dns_refresh_rate: '2s',
        dns_failure_refresh_rate: { base_interval: '0.5s', max_interval: '2s' },
      },
    },
    connect_timeout: '1s',
    // By turns, so that the next try of a request goes to the next instance. The one with the fewest requests would be the
    // one that is down, until the check of its readiness has noticed.
    lb_policy: 'ROUND_ROBIN',
    // With no healthy instance say so at once, rather than try those that are known to be down.
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    circuit_breakers: {
      thresholds: [{ max_connections: 8192, max_pending_requests: 65536, max_requests: 65536, max_retries: 256 }],
    },
    ...(name === 'issuer' ? {} : { health_checks: [readiness] }),
    typed_extension_protocol_options: {
      [PROTOCOL_OPTIONS]: {
        '@type': `type.googleapis.com/${PROTOCOL_OPTIONS}`,
        common_http_protocol_options: { idle_timeout: IDLE_TIMEOUT[name === 'issuer' ? 'issuer' : 'service'] },
        explicit_http_config: { http_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: instances.map((instance) => ({ endpoint: { address: address(instance) } })) }],
    },
  }));

/** An instance that starts again takes requests within a second; one that stops is left out as fast. */
const readiness = {
  timeout: '1s',
  interval: '1s',
  no_traffic_interval: '1s',
  unhealthy_interval: '0.25s',
  unhealthy_threshold: 1,
  healthy_threshold: 1,
  http_health_check: { path: '/readyz' },
};

export const address = ({ host, port }: Endpoint): object => ({
  socket_address: { address: host, port_value: port },
});
