import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { isRktError, type Driver, type DriverConfigInput, type TaskSpecInput } from '../../src/index.ts';
import { temporaryDir } from '../support/embedded-rkt.ts';
import { PUBLISHED_HOSTS, servePublishedImages } from '../support/published-images.ts';
import { rktInWeb } from '../support/rkt-in-web.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

/** A stage1 that the jobs are tried with. */
interface Stage {
  readonly name: 'fly';
  readonly config: DriverConfigInput;
}

/** A job as somebody has published it, without its job file. */
interface PublishedJob {
  /** Where it was found. */
  readonly source: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly networks: readonly unknown[];
  readonly mounts?: readonly Readonly<Record<string, unknown>>[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  /** What has to be asked for its image; absent where it has none, or must not get it. */
  readonly from?: string;
  /** With each stage1: `starts`, or the code of the error that it gets as it is. */
  readonly outcome: Readonly<Record<Stage['name'], string>>;
  /** Why it is no configuration of a task, and what its author would have had to write: absent where there is nothing to run. */
  readonly notATask?: string;
  readonly asTask?: Readonly<Record<string, unknown>>;
  /** The same for the job in the network of the host; `starts` when absent. */
  readonly inHostNetwork?: string;
}

const JOBS = JSON.parse(
  readFileSync(new URL('../fixtures/published-jobs.json', import.meta.url), 'utf8'),
) as readonly PublishedJob[];
/** What keeps a job from its pod here, and has nothing to do with its image. */
const NO_NETWORK = ['RKT_ERR_NETWORK', 'RKT_ERR_ISOLATION'];
const NO_TASK = 'RKT_ERR_TASK_CONFIG';
const STAGES: readonly Stage[] = [{ name: 'fly', config: {} }];

for (const stage of STAGES) {
  describe(`job configurations that people have published, with ${stage.name}`, function () {
    this.timeout(120_000);
    let opened: Sandbox | undefined;
    let sandbox: Sandbox;
    let web: WebSandbox | undefined;
    let driver: Driver;
    let home: string | undefined;
    let dir: ReturnType<typeof temporaryDir> | undefined;
    const asked = new Set<string>();
    const table: (readonly [string, string])[] = [];

    before(async function () {
      requires(this, 'busybox', 'gpg', 'openssl', 'ip');
      opened = await openSandbox(this);
      sandbox = opened;
      dir = temporaryDir();
      web = await openWebSandbox(dir.path, PUBLISHED_HOSTS);
      home = join(dir.path, 'gnupg');
      await servePublishedImages(dir.path, web, home);
      driver = sandbox.driver({ rkt: rktInWeb(sandbox, web) });
      driver.setConfig(stage.config);
    });
    after(async () => {
      try {
        await opened?.close();
      } finally {
        await web?.close();
      }
      if (home !== undefined)
        execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
      dir?.remove();
      const width = Math.max(...table.map(([source]) => source.length));
      console.log(table.map(([source, outcome]) => `    ${source.padEnd(width)}  ${outcome}`).join('\n'));
    });

    /** Starts a task and destroys it. Returns `starts`, or the code of the error. */
    const outcomeOf = async (task: TaskSpecInput): Promise<string> => {
      try {
        await driver.startTask(task);
        await driver.destroyTask(task.id, { force: true });
        return 'starts';
      } catch (error) {
        if (isRktError(error)) return error.code;
        throw error;
      } finally {
        for (const line of web?.requests() ?? []) asked.add(line.split(' ')[0] ?? '');
      }
    };

    for (const [index, job] of JOBS.entries()) {
      const expected = job.outcome[stage.name];
      it(`${expected === 'starts' ? 'starts' : `fails with ${expected}`}: ${job.source}`, async () => {
        const id = `job-${index}`;
        const outcome = await outcomeOf(taskOf(sandbox, id, job, job.config));
        const row = (text: string): unknown => table.push([job.source, text]);
        expect(outcome).to.equal(expected);
        if (outcome === 'starts') row(`starts ${job.from ?? ''}`);
        else if (outcome === NO_TASK && job.asTask === undefined) row(`is no task (${job.notATask ?? ''})`);
        else {
          // its image is no reason
          expect(outcome === NO_TASK ? job.notATask : outcome).to.be.oneOf([...NO_NETWORK, job.notATask]);
          const { port_map: _, ...rest } = job.asTask ?? job.config;
          const inHost = await outcomeOf(taskOf(sandbox, `${id}-host`, job, { ...rest, net: ['host'] }));
          expect(inHost).to.equal(job.inHostNetwork ?? 'starts');
          row(`${outcome}${job.notATask ? ` (${job.notATask})` : ''}; in the host's network: ${inHost}`);
        }
        if (job.from !== undefined) expect([...asked]).to.include(job.from);
      });
    }

    it('are all in the table, and no image keeps one from its pod', () => {
      expect(table.map(([source]) => source)).to.deep.equal(JOBS.map(({ source }) => source));
      const images = JOBS.filter(({ from, inHostNetwork }) => from !== undefined && !inHostNetwork);
      // one must not be trusted, one names no image
      expect(images.length).to.equal(JOBS.length - 2);
    });
  });
}

function taskOf(sandbox: Sandbox, id: string, job: PublishedJob, config: object): TaskSpecInput {
  const volume = join(sandbox.base, 'volume');
  mkdirSync(volume, { recursive: true });
  const mounts = job.mounts?.map((mount) => ({ ...mount, hostPath: volume }));
  return {
    id,
    config: config as TaskSpecInput['config'],
    resources: {
      networks: job.networks,
      ...(mounts && { mounts }),
    } as unknown as TaskSpecInput['resources'] & {},
    ...(job.env && { env: job.env }),
    ...(job.user && { user: job.user }),
  };
}
