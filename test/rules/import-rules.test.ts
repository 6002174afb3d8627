import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

const CONFIG = '.dependency-cruiser.js';
const CRUISER = join(process.cwd(), 'node_modules/.bin/depcruise');

interface Rule {
  readonly name: string;
  readonly from: { readonly path?: string };
  readonly to: { readonly path?: string };
}

/** A tree of files that the rules are held against. */
function brokenRules(files: Readonly<Record<string, string>>): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-rules-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    for (const name of [CONFIG, 'tsconfig.json', 'package.json']) copyFileSync(name, join(directory, name));
    const { stdout, stderr } = spawnSync(CRUISER, ['src', '--config', CONFIG, '--output-type', 'json'], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect(stdout, stderr).to.match(/^\{/);
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const library = (name: string): readonly (readonly [string, string])[] => [
  [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
  [`node_modules/${name}/index.js`, 'module.exports = {};\n'],
];

describe('the rules of imports', function () {
  this.timeout(120_000);
  let rules: readonly Rule[];
  before(async () => {
    const config = (await import(join(process.cwd(), CONFIG))) as { default: { forbidden: readonly Rule[] } };
    rules = config.default.forbidden;
  });

  it('find an arrow against the plan, type-only and dynamic ones too', () => {
    for (const statement of [
      "import { a } from '../registry/a.ts';\nexport const b = a;\n",
      "import type { A } from '../registry/a.ts';\nexport type B = A;\n",
      "export const b = () => import('../registry/a.ts');\n",
      "export * from '../registry/a.ts';\n",
    ]) {
      const files = {
        'src/registry/a.ts': 'export const a = 1;\nexport type A = 1;\n',
        'src/model/b.ts': statement,
      };
      expect(brokenRules(files), statement).to.deep.equal(['layer-model']);
    }
  });

  for (const [name, from, to] of [
    ['apart-cgroup-manager', 'sources/cgroup/manager/a.ts', '../readers/b.ts'],
    ['apart-cgroup-readers', 'sources/cgroup/readers/a.ts', '../manager/b.ts'],
    ['apart-web', 'server/a.ts', './web/b.ts'],
  ] as const) {
    it(`keep ${name.slice(6)} apart, of types too`, () => {
      const files = {
        [join('src', dirname(from), to)]: 'export type B = 1;\n',
        [`src/${from}`]: `import type { B } from '${to}';\nexport type A = B;\n`,
      };
      expect(brokenRules(files)).to.deep.equal([name]);
    });
  }

  it('find a circle of types', () => {
    const files = {
      'src/model/a.ts': "import type { B } from './b.ts';\nexport interface A {\n  b: B;\n}\n",
      'src/model/b.ts': "import type { A } from './a.ts';\nexport interface B {\n  a?: A;\n}\n",
    };
    expect(brokenRules(files)).to.deep.equal(['no-circle']);
  });

  it('find an import that leads nowhere', () => {
    expect(brokenRules({ 'src/model/a.ts': "import './gone.ts';\n" })).to.deep.equal(['resolvable']);
  });

  it('can each be broken', () => {
    const layers = rules
      .flatMap(({ name }) => /^layer-(.*)$/.exec(name)?.[1] ?? [])
      .filter((n) => n !== 'driver');
    const forbidden = (layer: string): string => (layer === 'cli' ? 'registry' : 'cli');
    const probes = Object.fromEntries(
      layers.map((layer) => [
        `src/${layer}/probe.ts`,
        `import '../${forbidden(layer)}/target.ts';\nexport const ${layer} = 1;\n`,
      ]),
    );
    const doors = rules.filter(({ name }) => name.startsWith('door-'));
    const packages = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const known = Object.keys({ ...packages['dependencies'], ...packages['peerDependencies'] });
    const imported = doors.map(({ to }) => {
      const found = known.find((name) => new RegExp(to.path ?? '').test(`node_modules/${name}/`));
      expect(found, `a dependency behind ${String(to.path)}`).to.be.a('string');
      return found as string;
    });
    const broken = brokenRules({
      ...probes,
      'src/cli/target.ts': 'export const a = 1;\n',
      'src/registry/target.ts': 'export const a = 1;\n',
      'src/driver.ts': "import './cli/target.ts';\n",
      'src/sources/cgroup/manager/probe.ts': "import '../readers/target.ts';\n",
      'src/sources/cgroup/manager/target.ts': 'export const a = 1;\n',
      'src/sources/cgroup/readers/probe.ts': "import '../manager/target.ts';\n",
      'src/sources/cgroup/readers/target.ts': 'export const a = 1;\n',
      'src/server/web-probe.ts': "import './web/target.ts';\n",
      'src/server/web/target.ts': 'export const a = 1;\n',
      'src/model/doors.ts': imported.map((name) => `import '${name}';\n`).join(''),
      ...Object.fromEntries(imported.flatMap(library)),
    });
    const expected = rules
      .map(({ name }) => name)
      .filter((name) => name !== 'no-circle' && name !== 'resolvable');
    expect(broken).to.deep.equal(expected.sort());
  });
});
