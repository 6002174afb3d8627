import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

/** Who may import whom: cli -> driver -> streams, ops -> registry, rkt, sources -> model. Never upwards. */
const layers = {
  model: [],
  registry: ['model'],
  rkt: ['model'],
  sources: ['model'],
  ops: ['model', 'registry', 'rkt', 'sources', 'streams/operators'],
  streams: ['model', 'registry', 'rkt', 'sources'],
  embedded: ['model'],
};
const clients = ['nomad', 'server', 'exporters'];
const folders = ['model', 'registry', 'rkt', 'sources', 'ops', 'streams', 'embedded', ...clients, 'cli'];

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              ...folders
                .filter((f) => f !== layer && !allowed.some((a) => a.split('/')[0] === f))
                .map((f) => `**/${f}/**`),
              '**/driver.ts',
              '**/index.ts',
            ],
            message: `${layer}/ may import only ${[layer, ...allowed].join(', ')} (see ARCHITECTURE.md).`,
          },
          ...onlyIn(layer),
        ],
      },
    ],
  },
}));

/** The command line is a client of the driver: nothing below it but the model, operators of streams and the image packer. */
const cliRules = {
  files: ['src/cli/**/*.ts', 'src/cli/**/*.tsx'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '/(registry|rkt|sources|ops)/|/streams/(?!operators/)|/embedded/(?!aci/)',
            message:
              'cli/ may import only the driver, model, streams/operators and embedded/aci (see ARCHITECTURE.md).',
          },
          ...onlyIn('cli'),
        ],
      },
    ],
  },
};

/** The other clients of the driver's public interface. They know the model and the operators of streams, and not each other. */
const clientRules = clients.map((client) => ({
  files: [`src/${client}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `/(registry|rkt|sources|ops|embedded|cli|${clients.filter((c) => c !== client).join('|')})/|/streams/(?!operators/)`,
            message: `${client}/ may import only the driver, model and streams/operators (see ARCHITECTURE.md).`,
          },
          ...onlyIn(client),
        ],
      },
    ],
  },
}));

/** Each outside library has one door. */
function onlyIn(layer) {
  const doors = {
    execa: 'rkt/command.ts',
    pidusage: 'sources/processes.ts',
    systeminformation: 'sources/host.ts',
    '@grpc/*': 'nomad/',
    hono: 'server/',
    '@hono/*': 'server/',
    uplot: 'server/',
    '@opentelemetry/*': 'exporters/otlp/',
    'prom-client': 'exporters/prometheus/',
    ink: 'cli/top/',
  };
  return Object.entries(doors)
    .filter(([, door]) => !door.startsWith(`${layer}/`))
    .map(([name, door]) => ({ group: [name], message: `Only src/${door} imports ${name}.` }));
}

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'test/fixtures', 'src/nomad/generated'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'rxjs-x/no-sharereplay': 'error',
      'rxjs-x/no-nested-subscribe': 'error',
      'rxjs-x/no-unsafe-takeuntil': 'error',
      'rxjs-x/no-topromise': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    rules: { 'rxjs-x/no-ignored-error': 'error', 'rxjs-x/no-exposed-subjects': 'error' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  ...layerRules,
  cliRules,
  ...clientRules,
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
