/**
 * Who may import whom, as ARCHITECTURE.md shows it: arrows point one way, type-only and dynamic imports included, there is no
 * circle, and each outside library has one door. `test/rules/import-rules.test.ts` breaks each rule once.
 */

/** A folder of src, and the folders it may import besides itself. */
const LAYERS = {
  model: [],
  files: ['model'],
  registry: ['model', 'files'],
  rkt: ['model', 'files'],
  sources: ['model', 'files'],
  ops: ['model', 'files', 'registry', 'rkt', 'sources', 'streams/operators'],
  streams: ['model', 'files', 'registry', 'rkt', 'sources'],
  embedded: ['model'],
  nomad: ['model', 'files', 'streams/operators', 'driver'],
  server: [
    'model',
    'files',
    'streams/operators',
    'driver',
    'drivers/recorded',
    'drivers/remote/(exec-(session|socket)|agent-requests|agent-error|agent-stream|fetch-transport|reconnecting-stream|stream-query|timers)',
  ],
  exporters: ['model', 'streams/operators', 'driver'],
  drivers: ['model', 'files', 'streams/operators', 'driver'],
  contract: ['model', 'driver'],
  cli: [
    'model',
    'files',
    'streams/operators',
    'driver',
    'drivers',
    'rkt',
    'embedded/aci',
    'embedded/embedded-context',
    'embedded/oci',
    'embedded/registry/reference',
    'embedded/net/runtime-dir',
    'nomad',
    'server/index',
    'server/logs',
    'server/tokens',
    'server/tls-files',
    'server/alerts/alert-rules',
    'server/alerts/delivery/receiver-config',
    'exporters/[a-z]+/index',
    'drivers/[a-z]+/index',
  ],
};

/** A library, and the one file or folder of src that may import it. */
const DOORS = {
  execa: 'rkt/run-process.ts',
  pidusage: 'sources/processes.ts',
  systeminformation: 'sources/host-metrics.ts',
  '@grpc': 'nomad/',
  '@msgpack/msgpack': 'nomad/msgpack.ts',
  hono: 'server/',
  '@hono': 'server/',
  'eventsource-parser': 'drivers/remote/sse-frames.ts',
  ws: '(server/exec/|drivers/remote/node-transport.ts)',
  fflate: 'drivers/recorded/deflated-section.ts',
  uplot: 'server/web/view/chart(|-options|-overlay)[.]ts',
  '@xterm': 'server/web/view/terminal-dialog.ts',
  '@opentelemetry': 'exporters/otlp/',
  'prom-client': 'exporters/prometheus/',
  ink: 'cli/top/',
  react: 'cli/top/',
  commander: 'cli/',
  'pretty-bytes': 'cli/humanize.ts',
  'pretty-ms': 'cli/humanize.ts',
  'tar-stream': 'embedded/aci/',
  'jsonc-parser': 'cli/jsonc-file.ts',
  pino: '(cli/log|nomad/hclog).ts',
};

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `${layer}/ may import only ${[layer, ...allowed].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/${layer}/`, ...allowed.map(pathOf)],
  },
}));

/** `driver` is the driver's public interface. */
function pathOf(allowed) {
  if (allowed === 'driver') return '^src/(driver|driver-interface|streams-interface|index)\\.ts$';
  return `^src/${allowed}(/|\\.ts$)`;
}

/** The driver wires what lies below it; only clients import it, or the public names beside it. */
const driverRule = {
  name: 'layer-driver',
  comment: 'The driver imports none of its clients.',
  severity: 'error',
  from: { path: '^src/(driver|driver-contexts|driver-interface|driver-streams|index)\\.ts$' },
  to: { path: '^src/(nomad|server|exporters|cli|embedded|drivers|contract)/' },
};

const doorRules = Object.entries(DOORS).map(([library, door]) => ({
  name: `door-${library.replace(/\W+/g, '-')}`,
  comment: `Only src/${door} imports ${library}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${door}` },
  to: { path: `(^|/)node_modules/(@types/)?${library}/` },
}));

/** Reading a cgroup and changing it share only what lies beside both; nothing runs the page's code but the page. */
const wallRules = [
  {
    name: 'apart-cgroup-manager',
    comment: 'sources/cgroup/manager imports nothing of sources/cgroup/readers.',
    severity: 'error',
    from: { path: '^src/sources/cgroup/manager/' },
    to: { path: '^src/sources/cgroup/readers/' },
  },
  {
    name: 'apart-cgroup-readers',
    comment: 'sources/cgroup/readers imports nothing of sources/cgroup/manager.',
    severity: 'error',
    from: { path: '^src/sources/cgroup/readers/' },
    to: { path: '^src/sources/cgroup/manager/' },
  },
  {
    name: 'apart-web',
    comment: 'Only the page itself imports server/web.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/server/web/' },
    to: { path: '^src/server/web/' },
  },
];

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Imports form no circle.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'Each import leads somewhere.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    ...layerRules,
    driverRule,
    ...doorRules,
    ...wallRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/nomad/generated' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.d.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
