import { expect } from 'chai';

import { isRktError } from '../../src/model/rkt-error.ts';
import type { Pod } from '../../src/model/pod.ts';
import { catManifest } from '../../src/rkt/rkt-cat-manifest.ts';
import { listPods } from '../../src/rkt/rkt-list.ts';
import type { PodStatusText } from '../../src/rkt/status-text.ts';
import { podStatus, podStatusText } from '../../src/rkt/rkt-status.ts';
import { expectRktRejection } from '../support/errors.ts';
import { recordedCommands, replayRunner, type RecordedCommand } from '../support/recordings.ts';

const POD = '00000000-0000-4000-8000-000000000000';
const commands = recordedCommands();
const of = (subcommand: string): readonly RecordedCommand[] =>
  commands.filter(({ args }) => args[0] === subcommand && !args.includes('--help'));
const isJson = ({ args }: RecordedCommand): boolean => args.some((arg) => /^--format=json/.test(arg));
const succeeded = ({ exitCode }: RecordedCommand): boolean => exitCode === 0;
const named = (scenario: string, i: number): RecordedCommand => {
  const found = commands.find(({ title }) => title.startsWith(`${scenario} ${i}:`));
  return found ?? expect.fail(`no command ${i} in ${scenario}`);
};

describe('recorded rkt list', () => {
  for (const recorded of of('list').filter(isJson).filter(succeeded)) {
    it(`is read: ${recorded.title}`, async () => {
      const pods = await listPods(replayRunner(recorded));
      const expected = (JSON.parse(recorded.stdout) ?? []) as readonly Pod[];
      expect(pods).to.deep.equal(expected);
    });
  }

  it('is empty where rkt prints null', async () => {
    const empty = of('list').filter((recorded) => recorded.stdout === 'null\n');
    expect(empty).to.not.be.empty;
    for (const recorded of empty) expect(await listPods(replayRunner(recorded))).to.deep.equal([]);
  });

  it('is read although rkt complains of broken pods on stderr', async () => {
    const complaining = of('list').filter((recorded) => isJson(recorded) && recorded.stderr !== '');
    expect(complaining).to.not.be.empty;
    for (const recorded of complaining) expect(await listPods(replayRunner(recorded))).to.be.an('array');
  });

  it('is asked for with a command line that was recorded', async () => {
    const runner = replayRunner(named('prepare-basic', 9));
    await listPods(runner);
    expect(runner.sent).to.deep.equal([named('prepare-basic', 9).args]);
  });
});

describe('recorded rkt status', () => {
  const answers = of('status').filter(({ stdout }) => stdout.startsWith('state='));
  it('was recorded in many states, and in both flavors', () => {
    expect(answers.length).to.be.greaterThan(50);
    const states = new Set(answers.map(({ stdout }) => stdout.split('\n')[0]));
    expect(states.size).to.be.greaterThan(6);
    expect(new Set(answers.map(({ flavor }) => flavor))).to.deep.equal(new Set(['fly', 'host']));
  });

  for (const recorded of answers) {
    it(`is read and prints the same again: ${recorded.title}`, async () => {
      const status = await podStatusText(replayRunner(recorded), POD);
      expect(sortedLines(printed(status))).to.deep.equal(sortedLines(recorded.stdout));
    });
  }

  for (const recorded of of('status').filter(isJson).filter(succeeded)) {
    it(`is read as JSON: ${recorded.title}`, async () => {
      expect(await podStatus(replayRunner(recorded), POD)).to.deep.equal(JSON.parse(recorded.stdout));
    });
  }

  for (const recorded of of('status').filter((r) => !succeeded(r) && !r.stdout.startsWith('state='))) {
    it(`is an error: ${recorded.title}`, async () => {
      const { code, details } = await expectRktRejection(podStatusText(replayRunner(recorded), POD));
      const unknown = recorded.stderr.includes('no matches found');
      expect(code).to.equal(unknown ? 'RKT_ERR_POD_NOT_FOUND' : 'RKT_ERR_RKT_FAILED');
      expect(details.exitCode).to.equal(recorded.exitCode);
    });
  }

  it('as JSON is an error for a pod in preparation', async () => {
    const failing = of('status').filter(({ stderr }) => stderr.includes('invalid creation time'));
    expect(failing).to.not.be.empty;
    for (const recorded of failing)
      await expectRktRejection(podStatus(replayRunner(recorded), POD), 'RKT_ERR_RKT_FAILED');
  });

  it('has the exit codes of the apps of a systemd flavor', async () => {
    const withApps = answers.filter(({ stdout }) => stdout.includes('\napp-'));
    expect(withApps).to.not.be.empty;
    for (const recorded of withApps) {
      expect((await podStatusText(replayRunner(recorded), POD)).apps.size).to.be.greaterThan(0);
    }
  });

  it('has the address of a contained network', async () => {
    const contained = answers.find(({ stdout }) => /^networks=.+$/m.test(stdout));
    const { networks } = await podStatusText(replayRunner(contained!), POD);
    expect(networks[0]?.ip4).to.match(/^172\.\d+\.\d+\.\d+$/);
  });
});

describe('recorded rkt cat-manifest', () => {
  for (const recorded of of('cat-manifest').filter(succeeded)) {
    it(`is read: ${recorded.title}`, async () => {
      expect(await catManifest(replayRunner(recorded), POD)).to.deep.equal(JSON.parse(recorded.stdout));
    });
  }

  for (const recorded of of('cat-manifest').filter((r) => !succeeded(r))) {
    it(`is an error: ${recorded.title}`, async () => {
      const error = await expectRktRejection(catManifest(replayRunner(recorded), POD));
      const unknown = recorded.stderr.includes('no matches found');
      expect(isRktError(error, unknown ? 'RKT_ERR_POD_NOT_FOUND' : 'RKT_ERR_RKT_FAILED')).to.equal(true);
    });
  }

  it('has the ports of the image', async () => {
    const manifest = await catManifest(replayRunner(named('prepare-flags', 1)), POD);
    expect(manifest.apps?.[0]?.app?.ports?.[0]).to.include({ name: 'http', protocol: 'tcp', port: 8080 });
  });
});

/** What rkt prints for a status, in UTC. */
function printed(status: PodStatusText): string {
  const isStarted = ['running', 'exited', 'exited garbage', 'exited deleting'].includes(status.state);
  const networks = status.networks.map(({ name, ip4 }) => `${name}:ip4=${ip4}`).join(', ');
  return [
    `state=${status.state}`,
    `created=${status.createdAtMs === undefined ? '0001-01-01 00:00:00 +0000 UTC' : time(status.createdAtMs)}`,
    ...(status.startedAtMs === undefined ? [] : [`started=${time(status.startedAtMs)}`]),
    ...(status.state === 'running' || status.state === 'exited' ? [`networks=${networks}`] : []),
    ...(status.pid === undefined ? [] : [`pid=${status.pid}`]),
    ...(isStarted ? [`exited=${status.exited}`] : []),
    ...[...status.apps].map(([name, code]) => `app-${name}=${code}`),
  ].join('\n');
}

function time(ms: number): string {
  const [date, rest = ''] = new Date(ms).toISOString().split('T');
  return `${date ?? ''} ${rest.replace(/\.?0*Z$/, '')} +0000 UTC`;
}

function sortedLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}
