import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';
import { filter, firstValueFrom, take } from 'rxjs';

import type { Driver, TaskEvent } from '../../src/index.ts';
import { requires, skipFor } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const FOREVER = 'echo runs; exec sleep 600';

describe('a start whose launch does not say when the app runs', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let events: TaskEvent[];

  before(async function () {
    if (process.env['RKT_STREAMS_TEST_RKT'] !== undefined)
      skipFor(this, 'embedded-rkt', 'is about the embedded rkt');
    requires(this, 'perl');
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    events = [];
    driver.taskEvents().subscribe((event) => events.push(event));
  });
  after(() => sandbox.close());

  const podPath = (phase: string, pod: string): string => join(sandbox.options.rktDir, 'pods', phase, pod);

  /** Starts a task; between the preparation of its pod and its launch something happens to the file that the launch writes. */
  function start(id: string, meddle: (file: string, pod: string) => void): Promise<unknown> {
    driver
      .taskEvents()
      .pipe(
        filter((event) => event.kind === 'prepared'),
        filter((event) => event.taskId === id),
        take(1),
      )
      .subscribe(({ annotations }) => {
        meddle(join(podPath('prepared', annotations.pod), 'started'), annotations.pod);
      });
    return driver.startTask(sandbox.shell(id, FOREVER));
  }

  /** It runs, was reported once, and what is left of it goes with it. */
  async function runs(id: string): Promise<void> {
    const { stdoutPath = '' } = driver.inspectTask(id);
    await until('it has written', async () => (await readFile(stdoutPath, 'utf8')) === 'runs\n');
    expect(events.filter((event) => event.taskId === id).map(({ kind }) => kind)).to.deep.equal([
      'prepared',
      'started',
    ]);
    await driver.destroyTask(id, { force: true });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  }

  it('is found where the file cannot be written', async () => {
    await start('never', (file) => mkdirSync(file));
    await runs('never');
  });

  it('is found where what is written is not seen', async () => {
    await start('elsewhere', (file) => symlinkSync('/dev/null', file));
    await runs('elsewhere');
  });

  it('is not reported before the app runs, however often it is pushed', async () => {
    let stop = false;
    const pushing = async (pod: string): Promise<void> => {
      while (!stop) {
        const place = ['prepared', 'run'].map((phase) => podPath(phase, pod)).find((dir) => existsSync(dir));
        if (place !== undefined) appendFileSync(join(place, 'pushed'), '\n');
        if (place !== undefined) appendFileSync(join(place, 'started'), '\n');
        await delay(1);
      }
    };
    let pushed: Promise<void> | undefined;
    await start('often', (_file, pod) => {
      pushed = pushing(pod);
    }).finally(() => (stop = true));
    await pushed;
    await runs('often');
  });

  it('is not reported while the launch is held up in its last step', async () => {
    let pod = '';
    const started = start('late', (file, id) => {
      execFileSync('mkfifo', [file]);
      pod = id;
    });
    const first = await Promise.race([
      started.then(() => 'started'),
      until('the launch has come to its last step', () => existsSync(join(podPath('run', pod), 'pgid'))).then(
        () => 'pid',
      ),
    ]);
    expect(first).to.equal('pid');
    await delay(100);
    expect(events.some((event) => event.taskId === 'late' && event.kind === 'started')).to.equal(false);
    const reader = await open(join(podPath('run', pod), 'started'), 'r+');
    await started;
    await reader.close();
    await runs('late');
  });

  it('fails at once where the launch fails, without a deadline to wait for', async () => {
    const beganMs = performance.now();
    const refused = await driver
      .startTask({
        id: 'fails',
        config: { ...sandbox.shell('fails', 'true').config, command: '/no/program' },
      })
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: 'RKT_ERR_LAUNCH' });
    expect(performance.now() - beganMs).to.be.below(20_000);
    await firstValueFrom(driver.tasks().pipe(filter((tasks) => !tasks.some(({ id }) => id === 'fails'))));
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });
});
