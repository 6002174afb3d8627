import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { COMMAND_TABLE } from '../../src/cli/cli-commands.ts';
import { commandTree, nodesOf } from '../../src/cli/command-tree.ts';
import { COMPLETION_SCRIPTS } from '../../src/cli/completion-scripts.ts';
import { dockerHint } from '../../src/cli/docker-hints.ts';
import { helpWords } from '../../src/cli/help-format.ts';
import { manPage } from '../../src/cli/man-page.ts';
import { createProgram } from '../../src/cli/program.ts';
import { widthOf } from '../../src/cli/text-width.ts';
import { startCli } from '../support/cli-process.ts';

describe('the help', function () {
  this.timeout(120_000);

  it('is that of a nested command behind help', () => {
    expect(helpWords(['help', 'image', 'build'])).to.deep.equal({
      argv: ['image', 'build', '--help'],
      isAllShown: false,
    });
    expect(helpWords(['help', 'ps']).argv).to.deep.equal(['help', 'ps']);
    expect(helpWords(['ps', '--help-all'])).to.deep.equal({ argv: ['ps', '--help'], isAllShown: true });
    expect(helpWords(['exec', 'x', '--', '--help-all']).isAllShown).to.equal(false);
  });

  it('shows commands first, few settings, and no line wider than 80 columns', async () => {
    const { stdout, exitCode } = await startCli(['--help']).ended;
    expect(exitCode).to.equal(0);
    expect(stdout.indexOf('Commands:')).to.be.above(0).and.below(stdout.indexOf('Options:'));
    expect(stdout).to.include('--data-dir').and.to.not.include('--rkt-timeout-ms');
    stdout.split('\n').forEach((line) => expect(widthOf(line), line).to.be.at.most(80));
    const all = await startCli(['--help-all']).ended;
    expect(all.stdout).to.include('--rkt-timeout-ms');
    const build = await startCli(['help', 'image', 'build']).ended;
    expect(build.stdout).to.match(/^Usage: rkt-streams image build/);
  });

  it('has no break of its own in a description, which would be wrapped twice', async () => {
    const nodes = nodesOf(commandTree(await createProgram()));
    nodes.forEach(({ path, description }) => expect(description, path).to.not.include('\n'));
  });
});

describe('the completion', () => {
  it('of bash offers commands, options and nested commands', async () => {
    const script = COMPLETION_SCRIPTS.bash(commandTree(await createProgram()));
    const complete = (...words: readonly string[]): readonly string[] => {
      const asked = `${script}
COMP_WORDS=(rkt-streams ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_rkt_streams; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', asked], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      return stdout.trim().split('\n');
    };
    expect(complete('st')).to.deep.equal(['stats', 'stop']);
    expect(complete('image', 'bu')).to.deep.equal(['build']);
    expect(complete('run', '--cap')).to.deep.equal(['--cap-add', '--cap-drop']);
    expect(complete('ps', '--fil')).to.deep.equal(['--filter']);
  });

  for (const shell of ['zsh', 'fish'] as const) {
    it(`of ${shell} is valid where ${shell} is installed, and names every command`, async () => {
      const script = COMPLETION_SCRIPTS[shell](commandTree(await createProgram()));
      COMMAND_TABLE.forEach(({ name }) => expect(script).to.include(name));
      const { error, status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
      if (error === undefined) expect(status, stderr).to.equal(0);
    });
  }
});

describe('the manual page', () => {
  it('describes every command and setting', async () => {
    const page = manPage(commandTree(await createProgram(undefined, { isAllShown: true })), '1.2.3');
    expect(page).to.match(/^\.TH RKT-STREAMS 1 "" "rkt-streams 1\.2\.3"\n\.SH NAME\n/);
    COMMAND_TABLE.forEach(({ name }) => expect(page).to.include(`.SS rkt-streams ${name}`));
    expect(page).to.include('.SS rkt-streams image build').and.to.include('\\-\\-rkt\\-timeout\\-ms');
  });
});

describe('dockerHint', () => {
  it('says what to use instead of what docker has', () => {
    expect(dockerHint("unknown command 'build'")).to.include('use image build');
    expect(dockerHint("unknown option '--privileged'")).to.include('--stage1 fly');
    expect(dockerHint("unknown command 'toString'")).to.equal('');
  });

  it('is about nothing that exists here', async () => {
    const { commands, options } = commandTree(await createProgram()).children.reduce(
      (all, node) => ({
        commands: [...all.commands, node.path],
        options: node.path === 'run' ? node.options.flatMap(({ words }) => words) : all.options,
      }),
      { commands: [] as readonly string[], options: [] as readonly string[] },
    );
    expect([commands, options]).to.satisfy((lists: readonly unknown[][]) =>
      lists.every(({ length }) => length > 9),
    );
    const hints = [
      ...commands.map((name) => dockerHint(`unknown command '${name}'`)),
      ...options.map((name) => dockerHint(`unknown option '${name}'`)),
    ];
    expect(hints.filter((hint) => hint !== '')).to.deep.equal([]);
  });
});
