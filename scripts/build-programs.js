// Bundles the programs that start often, each with all it imports: a command then reads a few files instead of some 750. What
// is imported dynamically stays in files of its own.
import { readFile, readdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

import { build } from 'esbuild';

import { mergeChunks, mergeSmallChunks } from './merge-chunks.js';
import { NODE_BUNDLE } from './node-bundle.js';

const OUTPUT = 'dist/programs';
/** The commands that an agent answers, in one file with all that they need until then. */
const LIGHT = 'light.js';
/** The driver, in one file with what every program that has one needs. */
const WITH_DRIVER = 'with-driver.js';
/** What only an agent needs until it serves metrics, in one file. */
const AGENT = 'agent.js';
/** What these share with other programs, which load little of it. */
const LIGHT_BASE = 'light-base.js';
const DRIVER_BASE = 'driver-base.js';
const LIGHT_COMMANDS = ['inspect', 'kill', 'ps', 'rm', 'signal', 'stop'];

/** The libraries that a user may leave out, or that only a debugger of a library asks for. */
const { peerDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
const external = [...Object.keys(peerDependencies), 'react-devtools-core'];

/** A module finds the files beside it where `tsc` and `copy-assets.js` have put them, not beside the bundle. */
const ownUrls = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.tsx?$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const compiled = relative(resolve(OUTPUT), resolve('dist', relative(resolve('src'), path)));
      const url = `new URL(${JSON.stringify(compiled.replace(/\.tsx?$/, '.js'))}, import.meta.url).href`;
      return {
        contents: text.replaceAll('import.meta.url', url),
        loader: path.endsWith('x') ? 'tsx' : 'ts',
      };
    });
  },
};

/** zod comes with its messages in some fifty languages; one is used. */
const oneLanguage = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** Of systeminformation, two functions are used. */
const hostFunctions = {
  name: 'host-functions',
  setup({ onLoad }) {
    onLoad({ filter: /\/systeminformation\/lib\/index\.js$/ }, () => ({
      contents:
        "module.exports = { mem: require('./memory.js').mem, fsSize: require('./filesystem.js').fsSize };",
    }));
  },
};

const { metafile } = await build({
  entryPoints: {
    'rkt-streams': 'src/cli/main.ts',
    'nomad-plugin': 'src/cli/nomad-plugin.ts',
    rkt: 'src/embedded/main.ts',
    'rkt-worker': 'src/embedded/called-main.ts',
  },
  outdir: OUTPUT,
  ...NODE_BUNDLE,
  metafile: true,
  external,
  // The builds for Node.js are CommonJS, of which everything is loaded, or which finds its parts only at run time.
  alias: {
    rxjs: resolve('node_modules/rxjs/dist/esm/index.js'),
    'jsonc-parser': resolve('node_modules/jsonc-parser/lib/esm/main.js'),
  },
  plugins: [ownUrls, oneLanguage, hostFunctions],
});

const merge = (file, entries, { before = [], others = [] } = {}) =>
  mergeChunks(metafile.outputs, {
    outdir: OUTPUT,
    file,
    entries: entries.map((entry) => `src/${entry}.ts`),
    apart: [
      { entry: 'src/cli/main.ts' },
      { entry: 'src/cli/nomad-plugin.ts' },
      { entry: 'src/embedded/main.ts', andLater: true },
      { entry: 'src/embedded/called-main.ts', andLater: true },
      ...others.map((entry) => ({ entry })),
    ],
    before,
  });
const small = (file, entries, before) =>
  mergeSmallChunks(metafile.outputs, {
    ...{ outdir: OUTPUT, file, before, apart: ['src/cli/main.ts'] },
    shared: ['src/embedded/main.ts', 'src/embedded/called-main.ts', 'src/cli/nomad-plugin.ts'],
    entries: entries.map((entry) => `src/${entry}.ts`),
  });
const lightEntries = ['cli/run-program', ...LIGHT_COMMANDS.map((name) => `cli/${name}-command`)];
const driverEntries = ['cli/with-driver', 'cli/agent-client/connect-agent', 'driver'];
const lightBase = await small(LIGHT_BASE, lightEntries, []);
const light = [...lightBase, ...(await merge(LIGHT, lightEntries, { before: lightBase }))];
const driverBase = [...light, ...(await small(DRIVER_BASE, driverEntries, light))];
const withDriver = await merge(WITH_DRIVER, driverEntries, { before: driverBase });
await merge(AGENT, ['cli/agent-command', 'cli/agent/run-agent', 'exporters/prometheus/index'], {
  before: [...driverBase, ...withDriver],
  others: Object.values(metafile.outputs)
    .map(({ entryPoint = '' }) => entryPoint)
    .filter((entry) => /^src\/cli\/(?!agent-command)[\w-]+-command\.ts$/.test(entry)),
});

// Parts of an earlier build have names of their own, and would stay.
const current = new Set([
  LIGHT,
  LIGHT_BASE,
  WITH_DRIVER,
  DRIVER_BASE,
  AGENT,
  ...Object.keys(metafile.outputs).map((path) => basename(path)),
]);
for (const name of await readdir(OUTPUT)) if (!current.has(name)) await rm(join(OUTPUT, name));
