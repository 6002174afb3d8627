import { createDriver, RktError, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';
import { createServer } from '../../src/server/index.ts';

/** What a racer is asked: one op of its driver. */
export type RaceOrder =
  | { readonly op: 'start'; readonly spec: TaskSpecInput }
  | { readonly op: 'destroy'; readonly id: string; readonly force: boolean }
  | { readonly op: 'renew'; readonly spec: TaskSpecInput }
  | { readonly op: 'recover' }
  /** Becomes the agent of its data directory, or only serves on the socket. */
  | { readonly op: 'serve'; readonly socketPath: string; readonly isAgent: boolean }
  | { readonly op: 'close' };

/** A driver in a process of its own that does what its parent says. RACE_OPTIONS: the driver's options as JSON. */
const driver = createDriver(JSON.parse(process.env['RACE_OPTIONS'] ?? '') as DriverOptions);

const closers: (() => Promise<void>)[] = [];

async function serve(socketPath: string, isAgent: boolean): Promise<number> {
  if (isAgent) closers.push(await driver.lockAgent({ socketPath }));
  const { dataDir } = JSON.parse(process.env['RACE_OPTIONS'] ?? '') as { dataDir: string };
  const server = await createServer(driver, { dataDir, socketPath, listen: false, dashboard: false });
  closers.push(() => server.close());
  return process.pid;
}

async function obey(order: RaceOrder): Promise<unknown> {
  switch (order.op) {
    case 'start':
      return (await driver.startTask(order.spec)).handle.state.startToken;
    case 'destroy':
      return driver.destroyTask(order.id, { force: order.force });
    case 'renew':
      await driver.destroyTask(order.spec.id, { force: true });
      return (await driver.startTask(order.spec)).handle.state.startToken;
    case 'recover':
      return (await driver.recoverTasks()).recovered;
    case 'serve':
      return serve(order.socketPath, order.isAgent);
    case 'close':
      for (const close of closers.splice(0).reverse()) await close();
      return undefined;
  }
}

process.on('message', ({ number, order }: { number: number; order: RaceOrder }) => {
  obey(order).then(
    (value) => process.send?.({ number, outcome: { value } }),
    (error: unknown) => {
      const code = error instanceof RktError ? error.code : 'unexpected';
      process.send?.({ number, outcome: { code, text: String(error) } });
    },
  );
});
process.on('disconnect', () => void driver.shutdown());
process.send?.('ready');
