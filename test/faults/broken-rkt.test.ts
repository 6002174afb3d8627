import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom } from 'rxjs';

import type { Driver, TaskHandle } from '../../src/index.ts';
import { isRktError } from '../../src/model/rkt-error.ts';
import { openPluginSandbox } from '../support/plugin-sandbox.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { serve } from '../support/served.ts';
import { faultyRkt, type FaultyRkt, type Mode } from './support/faulty-rkt.ts';

const FOREVER = 'trap "exit 7" TERM; while :; do sleep 0.05; done';
/** Short, as what hangs is waited for. */
const LIMITS = {
  rktTimeoutMs: 8_000,
  prepareTimeoutMs: 8_000,
  launchTimeoutMs: 8_000,
  fingerprintPeriodMs: 200,
};

/** A subcommand that goes wrong in a way, and the code of the error that the op then has; none where it must succeed. */
type Row = readonly [subcommand: string, mode: Mode, code: string | undefined];

const STARTS: readonly Row[] = [
  ['prepare', 'fail', 'RKT_ERR_RKT_FAILED'],
  ['prepare', 'hang', 'RKT_ERR_RKT_TIMEOUT'],
  ['prepare', 'slow', undefined],
  ['prepare', 'garble', 'RKT_ERR_RKT_OUTPUT'],
  ['prepare', 'flood', 'RKT_ERR_RKT_OUTPUT'],
  ['prepare', 'lie', 'RKT_ERR_LAUNCH'],
  ['prepare', 'crash', 'RKT_ERR_RKT_FAILED'],
  ['run-prepared', 'fail', 'RKT_ERR_LAUNCH'],
  ['run-prepared', 'hang', 'RKT_ERR_LAUNCH'],
  ['run-prepared', 'slow', undefined],
  ['run-prepared', 'crash', 'RKT_ERR_LAUNCH'],
  ['run-prepared', 'lie', 'RKT_ERR_LAUNCH'],
];

const REMOVALS: readonly Row[] = [
  ['rm', 'hang', 'RKT_ERR_RKT_TIMEOUT'],
  ['rm', 'fail', 'RKT_ERR_RKT_FAILED'],
  ['rm', 'garble', 'RKT_ERR_RKT_OUTPUT'],
  ['rm', 'lie', 'RKT_ERR_RKT_OUTPUT'],
  ['rm', 'slow', undefined],
];

const EXECS: readonly Row[] = [
  ['enter', 'hang', 'RKT_ERR_EXEC_TIMEOUT'],
  ['enter', 'slow', undefined],
];

/** What is not needed to see an end, or to bring one about. */
const BESIDE: readonly (readonly [subcommand: string, mode: Mode])[] = [
  ['status', 'fail'],
  ['status', 'garble'],
  ['status', 'hang'],
  ['list', 'fail'],
  ['stop', 'fail'],
  ['rm', 'fail'],
];

describe('a driver whose rkt misbehaves', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let rkt: FaultyRkt;
  let driver: Driver;
  /** Runs all the time, and must not notice anything. */
  let bystander: TaskHandle;

  before(async function () {
    sandbox = await openSandbox(this);
    rkt = await faultyRkt(sandbox.base);
    driver = sandbox.driver({ rkt: rkt.path, ...LIMITS });
    ({ handle: bystander } = await driver.startTask(sandbox.shell('bystander', FOREVER)));
  });
  after(async () => {
    rkt.heal();
    await sandbox.close();
  });
  afterEach('the other task runs on, and nothing else is left', async () => {
    rkt.heal();
    expect(driver.inspectTask('bystander').phase).to.equal('running');
    expect(driver.inspectTask('bystander').pid).to.equal(bystander.state.process.pid);
    expect(await firstValueFrom(driver.taskStats('bystander'))).to.have.nested.property('memory.usageBytes');
    const files = (await sandbox.leftovers()).filter((what) => /^(pod|file state|file tasks)/.test(what));
    expect(files, files.join('\n')).to.have.lengthOf(3);
  });

  const attempt = async (op: () => Promise<unknown>, [, , code]: Row): Promise<void> => {
    const error: unknown = await op().then(
      () => undefined,
      (caught: unknown) => caught,
    );
    if (code === undefined) expect(error).to.equal(undefined);
    else expect(isRktError(error) ? error.code : error, String(error)).to.equal(code);
  };

  for (const row of STARTS) {
    const [subcommand, mode, code] = row;
    it(`start: ${subcommand} ${mode} → ${code ?? 'runs'}`, async () => {
      rkt.break(subcommand, mode);
      await attempt(() => driver.startTask(sandbox.shell('victim', FOREVER)), row);
      rkt.heal();
      // Nothing of the failure is in the way of the next.
      if (code !== undefined) await driver.startTask(sandbox.shell('victim', FOREVER));
      await driver.destroyTask('victim', { force: true });
    });
  }

  for (const row of REMOVALS) {
    const [subcommand, mode, code] = row;
    it(`destroy: ${subcommand} ${mode} → ${code ?? 'is gone'}, and can be repeated`, async () => {
      await driver.startTask(sandbox.shell('victim', 'exit 3'));
      expect(await firstValueFrom(driver.waitTask('victim'))).to.include({ exitCode: 3 });
      rkt.break(subcommand, mode);
      await attempt(() => driver.destroyTask('victim'), row);
      rkt.heal();
      if (code === undefined) return;
      expect(driver.inspectTask('victim')).to.have.nested.property('exitResult.exitCode', 3);
      await driver.destroyTask('victim');
    });
  }

  for (const row of EXECS) {
    const [subcommand, mode, code] = row;
    it(`exec: ${subcommand} ${mode} → ${code ?? 'runs'}`, async () => {
      rkt.break(subcommand, mode);
      await attempt(() => driver.execTask('bystander', ['/bin/true'], { timeoutMs: 3_000 }), row);
    });
  }

  for (const mode of ['fail', 'hang', 'garble', 'flood', 'crash'] as const) {
    it(`fingerprint: version ${mode} → undetected, and healthy when it has passed`, async () => {
      const healthIs = (wanted: string) =>
        firstValueFrom(driver.fingerprint().pipe(filter(({ health }) => health === wanted)));
      rkt.break('version', mode);
      const { health, description } = await healthIs('undetected');
      expect(health).to.equal('undetected');
      // A terminal or a page may show it.
      expect(description).to.match(/^[^\p{Cc}]*$/u);
      rkt.heal();
      await healthIs('healthy');
    });
  }

  for (const [subcommand, mode] of BESIDE) {
    it(`exits are seen, and tasks stopped, while ${subcommand} would ${mode}`, async () => {
      await driver.startTask(sandbox.shell('victim', 'sleep 0.2; exit 5'));
      await driver.startTask(sandbox.shell('stopped', FOREVER));
      rkt.break(subcommand, mode);
      const exit = { exitCode: 5, source: 'exit-file' };
      expect(await firstValueFrom(driver.waitTask('victim'))).to.include(exit);
      await driver.stopTask('stopped', { timeoutMs: 0 });
      expect(driver.inspectTask('stopped').exitResult).to.include({ signal: 9, source: 'exit-file' });
      rkt.heal();
      await driver.destroyTask('victim');
      await driver.destroyTask('stopped');
    });
  }

  for (const [subcommand, code] of [
    ['prepare', 'RKT_ERR_RKT_FAILED'],
    ['run-prepared', 'RKT_ERR_LAUNCH'],
  ] as const) {
    it(`start over HTTP: ${subcommand} fail → ${code}`, async () => {
      const served = await serve(driver);
      try {
        rkt.break(subcommand, 'fail');
        const body = JSON.stringify(sandbox.shell('victim', FOREVER));
        const headers = { 'content-type': 'application/json' };
        const answer = await served.ask('/v1/tasks', { method: 'POST', headers, body, unix: true });
        expect(answer.status, answer.body).to.be.within(400, 599);
        expect(answer.body).to.include(code);
      } finally {
        await served.close();
      }
    });
  }

  it('start by the plugin: prepare and run-prepared fail → an error, and the same id starts after that', async () => {
    const options = { ...sandbox.options, rkt: rkt.path, dataDir: join(sandbox.base, 'plugin') };
    const plugins = await openPluginSandbox({ ...sandbox, options });
    try {
      const plugin = await plugins.start();
      const start = async () => {
        const task = plugins.task('victim', FOREVER);
        const { handle, driver_error_msg } = await plugin.driver.unary('StartTask', { task });
        return handle ? 'started' : driver_error_msg;
      };
      for (const subcommand of ['prepare', 'run-prepared']) {
        rkt.break(subcommand, 'fail');
        expect(await start().catch(String), subcommand).to.match(/broken on purpose/);
      }
      rkt.heal();
      expect(await start()).to.equal('started');
      await plugin.driver.unary('DestroyTask', { task_id: 'victim', force: true });
      await plugin.shutdown();
    } finally {
      plugins.killAll();
    }
  });
});
