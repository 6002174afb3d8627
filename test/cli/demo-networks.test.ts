import { once } from 'node:events';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { parseLines } from '../support/cli-process.ts';
import { hostProgram } from '../support/host-program.ts';
import { ownNetworkSite } from '../support/own-network-site.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../bin/rkt-streams', import.meta.url));

interface Line extends Record<string, unknown> {
  readonly type: string;
}

interface Outcome {
  readonly exitCode: number | null;
  readonly lines: readonly Line[];
  readonly text: string;
}

describe('rkt-streams demo --stage1 oci', function () {
  this.timeout(180_000);
  const own = ownNetworkSite(['crun', 'catatonit', 'perl']);
  const temporary = join(own.dir, 'tmp');

  before(() => mkdirSync(temporary, { recursive: true }));

  /** Runs the demo on the host of the site, to its end or until it has said something, when it is interrupted. */
  async function demo(said: string | undefined, flags: readonly string[]): Promise<Outcome> {
    const parent = `--cgroup-parent=rkt-streams-test-${process.pid}`;
    const env = ['env', `TMPDIR=${temporary}`];
    const child = own.site.start([...env, MAIN, parent, 'demo', '--stage1', 'oci', ...flags]);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const ended = once(child, 'close');
    if (said !== undefined) {
      await until(`the demo says ${said}`, () => text.includes(said) || child.exitCode !== null);
      child.kill('SIGINT');
    }
    const [exitCode] = (await ended) as [number | null];
    const lines = flags.includes('--json') ? (parseLines(text) as readonly Line[]) : [];
    return { exitCode, lines, text };
  }

  it('shows two pods that talk by their addresses, one with a port of the host, and leaves no network', async () => {
    const untouched = own.site.facts();
    const { exitCode, lines, text } = await demo('"kind":"exited","taskId":"caller"', ['--json']);
    expect(exitCode, text.slice(-4_000)).to.equal(0);
    expect(lines.find(({ type }) => type === 'answer')).to.include({
      taskId: 'server',
      answer: 'hello 172.16.28.1',
    });
    const output = lines.find(({ type, taskId }) => type === 'output' && taskId === 'caller');
    expect(output?.['lines']).to.have.lengthOf(1);
    const [, server, caller] =
      /^(172\.16\.28\.\d+) says: hello (172\.16\.28\.\d+)$/.exec(String(output?.['lines'])) ?? [];
    expect(server, String(output?.['lines'])).to.be.a('string').and.not.equal(caller);
    const summary = lines.at(-1) as unknown as {
      readonly pods: readonly { readonly id: string; readonly asExpected: string }[];
      readonly checks: readonly { readonly what: string; readonly looked: number }[];
      readonly clean: boolean;
      readonly failures: readonly string[];
    };
    expect(summary).to.deep.include({ clean: true, failures: [] });
    const verdicts = new Map(summary.pods.map(({ id, asExpected }) => [id, asExpected]));
    for (const id of ['server', 'caller']) expect(verdicts.get(id), text.slice(-4_000)).to.equal('yes');
    expect(summary.checks.find(({ what }) => what === 'networks')?.looked).to.be.above(1);
    const { links, leases, rules } = own.site.facts();
    expect({ links, leases }).to.deep.equal({ links: untouched.links, leases: untouched.leases });
    expect(rules.filter((rule) => /id: |CNI-DN-/.test(rule))).to.deep.equal([]);
  });

  it('shows the same to people', async () => {
    const { exitCode, text } = await demo('  caller |', []);
    expect(exitCode, text.slice(-4_000)).to.equal(0);
    expect(text)
      .to.match(/^ {2}127\.0\.0\.1:\d+ \| server says: hello 172\.16\.28\.1$/m)
      .and.match(/^ {2}caller \| 172\.16\.28\.\d+ says: hello 172\.16\.28\.\d+$/m)
      .and.match(/^✔ networks: none left/m);
  });

  it('says what is missing where the machine has no OCI runtime, and exits with 1', async () => {
    const programs = ['crun', 'runc']
      .flatMap((name) => hostProgram(name) ?? [])
      .map((path) => realpathSync(path));
    // In the mount namespace of the site.
    for (const path of programs) own.site.host(`mount --bind /dev/null ${path}`);
    const { exitCode, text } = await demo(undefined, []);
    for (const path of programs) own.site.host(`umount ${path}`);
    expect(exitCode).to.equal(1);
    expect(text).to.match(/The stage1 oci does not work here: .*crun/);
  });
});
