import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect } from 'chai';

import { isRktError, type Driver, type TaskSpecInput } from '../../src/index.ts';
import { temporaryDir } from '../support/embedded-rkt.ts';
import { PUBLISHED_HOSTS, servePublishedImages } from '../support/published-images.ts';
import { PUBLISHED_JOBS, publishedTask } from '../support/published-jobs.ts';
import { rktInWeb } from '../support/rkt-in-web.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { openWebSandbox, type WebSandbox } from '../support/web-sandbox.ts';

/** What keeps a job from its pod here, and has nothing to do with its image. */
const NO_NETWORK = ['RKT_ERR_NETWORK', 'RKT_ERR_ISOLATION'];
const NO_TASK = 'RKT_ERR_TASK_CONFIG';

describe('job configurations that people have published, with fly', function () {
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

  for (const [index, job] of PUBLISHED_JOBS.entries()) {
    const expected = job.outcome.fly;
    it(`${expected === 'starts' ? 'starts' : `fails with ${expected}`}: ${job.source}`, async () => {
      const id = `job-${index}`;
      const outcome = await outcomeOf(publishedTask(sandbox, id, job, job.config));
      const row = (text: string): unknown => table.push([job.source, text]);
      expect(outcome).to.equal(expected);
      if (outcome === 'starts') row(`starts ${job.from ?? ''}`);
      else if (outcome === NO_TASK && job.asTask === undefined) row(`is no task (${job.notATask ?? ''})`);
      else {
        // its image is no reason
        expect(outcome === NO_TASK ? job.notATask : outcome).to.be.oneOf([...NO_NETWORK, job.notATask]);
        const { port_map: _, ...rest } = job.asTask ?? job.config;
        const inHost = await outcomeOf(publishedTask(sandbox, `${id}-host`, job, { ...rest, net: ['host'] }));
        expect(inHost).to.equal(job.inHostNetwork ?? 'starts');
        row(`${outcome}${job.notATask ? ` (${job.notATask})` : ''}; in the host's network: ${inHost}`);
      }
      if (job.from !== undefined) expect([...asked]).to.include(job.from);
    });
  }

  it('are all in the table, and no image keeps one from its pod', () => {
    expect(table.map(([source]) => source)).to.deep.equal(PUBLISHED_JOBS.map(({ source }) => source));
    const images = PUBLISHED_JOBS.filter(({ from, inHostNetwork }) => from !== undefined && !inHostNetwork);
    // one must not be trusted, one names no image
    expect(images.length).to.equal(PUBLISHED_JOBS.length - 2);
  });
});
