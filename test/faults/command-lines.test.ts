import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { commandLinesDuring } from '../support/cmdline-watch.ts';
import { PodFixture } from '../support/pod-fixture.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { skipFor } from '../support/requirements.ts';

/** The tools that become the app by exec hold its words last of all, in the app's own process. */
const isLastTool = (words: readonly string[]): boolean =>
  ['setpriv', 'unshare'].includes(basename(words[0] ?? '')) &&
  words.some((word) => word.startsWith('--root='));
const isApp = (words: readonly string[], args: readonly string[]): boolean =>
  JSON.stringify(words) === JSON.stringify(['/bin/sh', ...args]);

describe('command lines that every user can read', function () {
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    if (process.env['RKT_STREAMS_TEST_RKT'] !== undefined)
      skipFor(this, 'embedded-rkt', 'is about the embedded rkt');
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  after(() => sandbox.close());

  it('hold no value of a variable while a task starts, and no word of args but the app', async () => {
    const [value, word] = [randomUUID(), randomUUID()];
    const env = {
      DBPASS: value,
      'spring.password': `${value} 'with' "quotes" $HOME \`x\` \\`,
      CERTIFICATE: `-----BEGIN\n${value}\n-----END\n`,
      PWD: `${value}-pwd`,
      EMPTY: '',
    };
    const args = ['-c', `cat "/proc/$$/environ"; : ${word}`];
    const spec = sandbox.shell('one', '', {
      env,
      config: { image: sandbox.image, command: '/bin/sh', args },
    });
    let lines: readonly (readonly string[])[] = [];
    const values = await commandLinesDuring(value, async () => {
      lines = await commandLinesDuring(word, async () => {
        await driver.startTask(spec);
        await firstValueFrom(driver.waitTask('one'));
      });
    });
    expect(values).to.deep.equal([]);
    expect(lines.filter((words) => !isLastTool(words) && !isApp(words, args))).to.deep.equal([]);
    const output = await readFile(driver.inspectTask('one').stdoutPath ?? '', 'utf8');
    for (const [name, text] of Object.entries(env)) expect(output.split('\0')).to.include(`${name}=${text}`);
    expect(output).to.not.include('RKT_');
    await driver.destroyTask('one');
  });

  for (const tty of [false, true]) {
    it(`hold no word of a command that is executed${tty ? ' in a terminal' : ''}, but the command`, async () => {
      const [value, word] = [randomUUID(), randomUUID()];
      await driver.startTask(
        sandbox.shell('two', 'sleep 600', { env: { DBPASS: value, 'dotted.name': value } }),
      );
      const args = ['-c', `[ "$DBPASS" = "$1" ] || exit 3; : ${word}`, 'sh', '${dotted.name}'];
      const meant = [...args.slice(0, -1), value];
      let exit: { readonly exitCode: number } | undefined;
      const lines = await commandLinesDuring(word, async () => {
        exit = await driver.execTaskStreaming('two', { cmd: ['/bin/sh', ...args], tty });
      });
      expect(exit).to.deep.equal({ exitCode: 0 });
      expect(lines.filter((words) => !isLastTool(words) && !isApp(words, meant))).to.deep.equal([]);
      await driver.destroyTask('two', { force: true });
    });
  }

  it('are not repeated by what `rkt run` of the embedded rkt starts', async function () {
    const fixture = await PodFixture.create(this);
    const [value, word] = [randomUUID(), randomUUID()];
    const args = ['-c', `[ -n "$DBPASS" ] || exit 3; : ${word}`];
    // The line that was typed: as rkt has it, and as the mount namespace around this test does before it becomes rkt.
    const isOwn = (words: readonly string[]): boolean =>
      basename(words[1] ?? '') === 'rkt.sh' ||
      (words[0] === 'unshare' && words.some((each) => basename(each) === 'rkt.sh'));
    let exitCode: number | null | undefined;
    try {
      let lines: readonly (readonly string[])[] = [];
      const values = await commandLinesDuring(value, async () => {
        lines = await commandLinesDuring(word, async () => {
          ({ exitCode } = await fixture.rkt([
            'run',
            `--set-env=DBPASS=${value}`,
            fixture.image,
            '--exec=/bin/sh',
            '--',
            ...args,
          ]));
        });
      });
      expect(exitCode).to.equal(0);
      expect(values.filter((words) => !isOwn(words))).to.deep.equal([]);
      expect(
        lines.filter((words) => ![isOwn, isLastTool].some((may) => may(words)) && !isApp(words, args)),
      ).to.deep.equal([]);
    } finally {
      await fixture.remove();
    }
  });
});
