import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Command } from 'commander';

import { GLOBAL_OPTIONS, flagOf } from '../../src/cli/global-options.ts';
import { createProgram } from '../../src/cli/program.ts';
import { PLUGIN_VERSION } from '../../src/model/agent-version.ts';
import { parseLines, startCli } from '../support/cli-process.ts';
import { expectRktRejection } from '../support/errors.ts';

const COMMANDS = (await createProgram()).commands;
const NAMES =
  'demo agent run ps inspect events stats top record logs wait stop restart kill signal exec cp rm alerts audit fingerprint doctor image images pull rmi system info completion man version nomad token context rkt'.split(
    ' ',
  );

describe('createProgram', () => {
  it('has its commands in the order of the help', () => {
    expect(COMMANDS.map((command) => command.name())).to.deep.equal(NAMES);
  });

  COMMANDS.forEach((command) => {
    it(`gives no option of ${command.name()} the name of a global one`, () => {
      const own = command.options.map(({ long }) => long);
      expect(own).to.not.include.members(GLOBAL_OPTIONS.map(({ key }) => flagOf(key)));
    });
  });

  it('helps with itself: commands, settings, exit codes, examples', async () => {
    const text = helpOf(await createProgram(['--help'], { isAllShown: true }));
    NAMES.forEach((name) => expect(text).to.match(new RegExp(`^  ${name} `, 'm')));
    GLOBAL_OPTIONS.forEach(({ key, isNegated }) => {
      expect(text).to.include(isNegated === true ? `--no-${key}` : flagOf(key));
    });
    expect(text).to.include('Exit codes:').and.to.include('Examples:');
  });

  COMMANDS.filter(
    (command) => !['rkt', 'image', 'nomad', 'system', 'context', 'token'].includes(command.name()),
  ).forEach((command) => {
    it(`helps with ${command.name()}, with examples and the global options`, async () => {
      const all = await createProgram([command.name()], { isAllShown: true });
      expect(helpOf(all.commands.find((one) => one.name() === command.name()) ?? all)).to.include(
        '--data-dir <dir>',
      );
      const text = helpOf(command);
      expect(text).to.include(`Usage: rkt-streams ${command.name()}`).and.to.not.include('--rkt-timeout-ms');
      expect(text).to.include('Examples:\n').and.to.include(`$ rkt-streams ${command.name()}`);
    });
  });

  const mistakes: readonly (readonly [readonly string[], string])[] = [
    [['nope'], "unknown command 'nope'"],
    [['ps', '--al'], "unknown option '--al' (Did you mean --all?)"],
    [['ps', 'x'], "too many arguments for 'ps'"],
    [['inspect'], "missing required argument 'id'"],
    [['run'], "missing required argument 'image'"],
    [['exec', 'x'], "missing required argument 'command'"],
    [['run', 'x', '--memory', '5x'], "option '-m, --memory <size>' argument '5x' is invalid"],
    [['run', 'x', '--port-map', 'x'], '--port-map x is not NAME:PORT'],
    [['stop', 'x', '--signal', 'NOPE'], "option '-s, --signal <signal>' argument 'NOPE' is invalid"],
    [['stats', '--interval', 'x'], "option '-i, --interval <duration>' argument 'x' is invalid"],
    [['ps', '--rkt-timeout-ms', 'x'], '--rkt-timeout-ms: Invalid input'],
  ];
  mistakes.forEach(([args, says]) => {
    it(`refuses: ${args.join(' ')}`, async () => {
      const parsed = (await createProgram(args)).parseAsync(args, { from: 'user' });
      const { message } = await expectRktRejection(parsed, 'RKT_ERR_OPTIONS');
      expect(message).to.include(says);
    });
  });
});

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe('the command line', function () {
  this.timeout(120_000);
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  });
  after(() => rmSync(dir, { recursive: true }));
  const run = (...args: string[]) => startCli(args, { env: { RKT_STREAMS_DATA_DIR: dir } }).ended;

  it('prints its version', async () => {
    expect(await run('--version')).to.deep.equal({ exitCode: 0, stdout: `${PLUGIN_VERSION}\n`, stderr: '' });
  });

  it('prints its help to stderr without arguments, as that is a mistake', async () => {
    const { exitCode, stdout, stderr } = await run();
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' });
    expect(stderr).to.include('Usage: rkt-streams');
  });

  it('exits with 2 for a mistake, and says what it is', async () => {
    const { exitCode, stdout, stderr } = await run('ps', '--al');
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' });
    expect(stderr).to.match(
      /^rkt-streams: RKT_ERR_OPTIONS: unknown option '--al' \(Did you mean --all\?\)\. .*\n$/,
    );
    expect(stderr).to.not.include('    at ');
  });

  it('exits with 0 when it is asked for help', async () => {
    const { exitCode, stderr } = await run('run', '--help');
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  });

  it('bears a reader of its help that has gone away', async () => {
    const { child, ended } = startCli(['run', '--help']);
    child.stdout?.destroy();
    expect(await ended).to.include({ exitCode: 0, stderr: '' });
  });

  it('reports a mistake as JSON with --json, wherever that stands, and by its variable', async () => {
    const byVariable = startCli(['nope'], { env: { RKT_STREAMS_JSON: 'true' } }).ended;
    for (const { stdout, stderr } of [
      await run('--json', 'nope'),
      await run('nope', '--json'),
      await byVariable,
    ]) {
      expect(stdout).to.equal('');
      expect(parseLines(stderr)[0]).to.have.nested.property('error.code', 'RKT_ERR_OPTIONS');
    }
  });

  it('shows a stack to the caller that debugs', async () => {
    const { exitCode, stderr } = await run('inspect', 'x', '--log-level', 'debug');
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('RKT_ERR_TASK_NOT_FOUND').and.to.include('    at ');
  });

  it('passes everything behind rkt to the embedded rkt, and its exit code back', async () => {
    const version = await run('rkt', 'version');
    expect(version.exitCode).to.equal(0);
    expect(version.stdout).to.match(/^rkt Version: /);
    const { exitCode, stderr } = await run('rkt', `--dir=${dir}/rkt`, 'status', '--json', 'no-uuid');
    expect(exitCode).to.equal(254);
    expect(stderr).to.not.include('RKT_ERR');
  });

  it('runs the embedded rkt behind global options too', async () => {
    expect((await run('--log-level', 'error', 'rkt', 'version')).stdout).to.match(/^rkt Version: /);
  });
});
