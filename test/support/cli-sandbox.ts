import { createDriver } from '../../src/index.ts';
import { cliIn, type CliResult } from './cli-process.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { until } from './until.ts';

/** Runs until SIGTERM, and exits with 7 then. */
export const FOREVER = 'trap "exit 7" TERM; while :; do sleep 0.05; done';

/** The command line in a sandbox of its own, for one describe block. */
export interface CliSandbox extends ReturnType<typeof cliIn> {
  readonly sandbox: Sandbox;
  /** Arguments that run a shell script in the sandbox's image. */
  readonly shell: (script: string, ...flags: readonly string[]) => string[];
  readonly detach: (id: string, script?: string, ...flags: readonly string[]) => Promise<CliResult>;
}

/** Registers the hooks that open the sandbox, end what a test has left running, prove that nothing is left, and close it. */
export function useCliSandbox(): () => CliSandbox {
  let opened: CliSandbox | undefined;
  const get = (): CliSandbox => {
    if (opened === undefined) throw new Error('the sandbox is not open');
    return opened;
  };

  before(async function () {
    const sandbox = await openSandbox(this);
    const cli = cliIn(sandbox);
    const shell: CliSandbox['shell'] = (script, ...flags) => [
      'run',
      ...flags,
      sandbox.image,
      '--',
      '-c',
      script,
    ];
    const detach: CliSandbox['detach'] = (id, script = FOREVER, ...flags) =>
      cli.run(shell(script, '--detach', '--id', id, ...flags));
    opened = { ...cli, sandbox, shell, detach };
  });
  after(async () => opened?.sandbox.close());
  afterEach(async () => {
    const { sandbox, killAll } = get();
    await killAll();
    const driver = createDriver(sandbox.options);
    const { recovered } = await driver.recoverTasks();
    for (const id of recovered) await driver.destroyTask(id, { force: true });
    await driver.shutdown();
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });
  return get;
}
