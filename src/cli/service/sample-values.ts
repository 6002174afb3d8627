import { GLOBAL_OPTIONS } from '../global-options.ts';

/** One setting of the sample configuration. */
export interface SampleSetting {
  readonly key: string;
  /** The default, or an example where the default is derived from something else. */
  readonly value: unknown;
  readonly help: string;
}

/** Values of the settings of all commands, by key. */
const COMMON_VALUES: Readonly<Record<string, unknown>> = {
  rkt: 'auto',
  rktDir: '/var/lib/rkt',
  dataDir: '/var/lib/rkt-streams',
  cgroupRoot: '/sys/fs/cgroup',
  cgroupParent: 'rkt-streams',
  volumesEnabled: true,
  allowMissingIsolation: false,
  rktConcurrency: 4,
  rktTimeoutMs: 60_000,
  prepareTimeoutMs: 300_000,
  launchTimeoutMs: 60_000,
  networkTimeoutMs: 60_000,
  killTimeoutMs: 15_000,
  fingerprintPeriodMs: 30_000,
  statsGate: true,
  statsMaxStaleMs: 10_000,
  statsDescriptors: 1_024,
  logMaxSize: '10Mi',
  logMaxFiles: 3,
  logLevel: 'warn',
  host: 'https://node-1.example.com:9477',
  tlsCa: '/etc/rkt-streams/ca.pem',
  agent: true,
  json: false,
};

/** Settings of all commands. */
export const COMMON_SAMPLE: readonly SampleSetting[] = GLOBAL_OPTIONS.map(({ key, help, isNegated }) => ({
  key,
  value: COMMON_VALUES[key],
  help: isNegated === true ? 'false: do not use a running agent' : help,
}));

/** Settings of the agent, the members of `server`. */
export const AGENT_SAMPLE: readonly SampleSetting[] = [
  setting('listen', '127.0.0.1:9477', 'the TCP address: host:port, a port, or none'),
  setting('socket', '/var/lib/rkt-streams/agent.sock', 'the unix socket, or none'),
  setting('socketGroup', 'root', 'a group that may use the socket, and so do everything'),
  setting('allowRemote', false, 'allow an address beyond loopback; reads then require a token too'),
  setting('requireToken', false, 'reads over TCP require a token too'),
  setting('allowedHosts', ['node-1.example.com'], 'additional host names that requests may use'),
  setting(
    'tls',
    { cert: '/etc/rkt-streams/cert.pem', key: '/etc/rkt-streams/key.pem' },
    'certificate and key for HTTPS, in PEM',
  ),
  setting('tokens', '/etc/rkt-streams/tokens.json', 'a file with more tokens, instead of the one in dataDir'),
  setting('dashboard', true, 'serve the dashboard at /'),
  setting(
    'labels',
    [],
    'additional labels of tasks in the metrics: container_id, task_id, alloc_id, pod_uuid',
  ),
  setting('metricsLabels', 'cadvisor', 'label names of tasks in the metrics: cadvisor, docker or nomad'),
  setting('metricsGroups', [], 'additional groups to measure: disk, processes, kernelMemory'),
  setting('metricsHosts', 'label', 'of a fleet: label exports all tasks with the label host; none does not'),
  setting('intervalMs', 1_000, 'sampling interval of the metrics'),
  setting('history', '/var/lib/rkt-streams/history', 'directory of the history; none keeps it in memory'),
  setting('fleet', '/etc/rkt-streams/hosts.json', 'serve the agents of other hosts instead of this machine'),
  setting(
    'fleetTokens',
    '/etc/rkt-streams/tokens',
    'a directory with a token file for each host, or one file',
  ),
  setting('otlp', 'http://127.0.0.1:4318', 'the URL of an OpenTelemetry collector'),
  setting(
    'alerts',
    {
      intervalMs: 5_000,
      rules: [
        { name: 'memory', metric: 'memoryRatio', raise: 0.9, clear: 0.8, holdMs: 5_000 },
        { name: 'crash', on: 'crash' },
      ],
      receivers: [
        { name: 'hook', type: 'webhook', url: { file: '/etc/rkt-streams/webhook-url' } },
        { name: 'alertmanager', type: 'alertmanager', url: 'http://127.0.0.1:9093' },
        { name: 'mail', type: 'command', command: ['/usr/local/bin/send-alert'] },
      ],
    },
    'rules that raise alerts, and where alerts are delivered',
  ),
];

function setting(key: string, value: unknown, help: string): SampleSetting {
  return { key, value, help };
}
