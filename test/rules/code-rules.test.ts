import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';
import { ESLint, Linter } from 'eslint';

describe('the length of functions', function () {
  this.timeout(120_000);

  const functionOf = (lines: number): string =>
    `export function probe() {\n${'  void 0;\n\n  // not counted\n'.repeat(lines - 2)}}\n`;

  it('is limited to 60 lines in src, blank ones and comments left out', async () => {
    const config = (await new ESLint().calculateConfigForFile('src/probe.ts')) as {
      readonly rules: Linter.RulesRecord;
    };
    const rules = { 'max-lines-per-function': config.rules['max-lines-per-function'] ?? 'off' };
    const messages = (lines: number): readonly (string | null)[] =>
      new Linter().verify(functionOf(lines), { rules }).map(({ ruleId }) => ruleId);
    expect(messages(60)).to.deep.equal([]);
    expect(messages(61)).to.deep.equal(['max-lines-per-function']);
  });
});

describe('the parameters of a function', function () {
  this.timeout(120_000);

  it('are at most four in src', async () => {
    const config = (await new ESLint().calculateConfigForFile('src/probe.ts')) as Linter.Config;
    const name = '@typescript-eslint/max-params';
    const rules = { [name]: config.rules?.[name] ?? 'off' };
    const plugins = config.plugins ?? {};
    const messages = (parameters: string): readonly (string | null)[] =>
      new Linter()
        .verify(`export function probe(${parameters}) {}\n`, { plugins, rules })
        .map(({ ruleId }) => ruleId);
    expect(messages('a, b, c, d')).to.deep.equal([]);
    expect(messages('a, b, c, d, e')).to.deep.equal([name]);
  });
});

describe('code of production', function () {
  this.timeout(120_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const knip = (files: Readonly<Record<string, string>>, ...flags: readonly string[]): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    for (const name of ['knip.json', 'tsconfig.json']) copyFileSync(name, join(directory, name));
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'probe', type: 'module' }));
    symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
    const args = [
      join(process.cwd(), 'node_modules/.bin/knip'),
      '--no-config-hints',
      '--include',
      'files,exports',
      ...flags,
    ];
    const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
    rmSync(join(directory, 'node_modules'));
    return stdout;
  };
  const FILES = {
    'src/index.ts': "export { used } from './used.ts';\n",
    'src/used.ts': 'export const used = 1;\nexport const onlyTested = 2;\n',
    'src/only-tested.ts': 'export const probe = 3;\n',
    'test/probe.test.ts':
      "import { onlyTested } from '../src/used.ts';\nimport { probe } from '../src/only-tested.ts';\nvoid [onlyTested, probe];\n",
  };

  it('has a user other than the tests', () => {
    const report = knip(FILES, '--production');
    expect(report).to.match(/^src\/only-tested\.ts/m);
    expect(report).to.match(/^onlyTested\s/m);
    expect(report).not.to.match(/^used\s/m);
  });

  it('counts as used with the tests alone', () => {
    expect(knip(FILES)).not.to.match(/only-tested|onlyTested/);
  });
});
