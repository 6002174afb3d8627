import { createDriver } from '../../src/index.ts';
import { cliIn, type CliResult } from './cli-process.ts';
import { openRoom, type Room } from './room.ts';
import { until } from './until.ts';

/** Runs until SIGTERM, and exits with 7 then. */
export const FOREVER = 'trap "exit 7" TERM; while :; do sleep 0.05; done';

/** The command line in a room of its own, for one describe block. */
export interface CliRoom extends ReturnType<typeof cliIn> {
  readonly room: Room;
  /** Arguments that run a shell script in the room's image. */
  readonly shell: (script: string, ...flags: readonly string[]) => string[];
  readonly detach: (id: string, script?: string, ...flags: readonly string[]) => Promise<CliResult>;
}

/** Registers the hooks that open the room, end what a test has left running, prove that nothing is left, and close it. */
export function useCliRoom(): () => CliRoom {
  let opened: CliRoom | undefined;
  const get = (): CliRoom => {
    if (opened === undefined) throw new Error('the room is not open');
    return opened;
  };

  before(async function () {
    const room = await openRoom(this);
    const cli = cliIn(room);
    const shell: CliRoom['shell'] = (script, ...flags) => ['run', ...flags, room.image, '--', '-c', script];
    const detach: CliRoom['detach'] = (id, script = FOREVER, ...flags) =>
      cli.run(shell(script, '--detach', '--id', id, ...flags));
    opened = { ...cli, room, shell, detach };
  });
  after(async () => opened?.room.close());
  afterEach(async () => {
    const { room, killAll } = get();
    await killAll();
    const driver = createDriver(room.options);
    const { recovered } = await driver.recoverTasks();
    for (const id of recovered) await driver.destroyTask(id, { force: true });
    await driver.shutdown();
    await until('nothing is left', async () => (await room.leftovers()).length === 0);
  });
  return get;
}
