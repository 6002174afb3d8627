import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createDriver, type Driver, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';
import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import { packAci } from '../../src/embedded/aci/pack.ts';
import { closedOnInterrupt } from './interrupt.ts';

/** Where a bench runs pods: directories and a cgroup parent of its own, gone when it is closed. */
export interface Sandbox {
  readonly base: string;
  readonly rktDir: string;
  /** An image with a shell, as a file. */
  readonly image: string;
  /** What its drivers are made with. */
  readonly options: DriverOptions;
  readonly driver: Driver;
  /** Another driver over the same tasks. */
  another(): Driver;
  readonly shell: (id: string, script: string) => TaskSpecInput;
  close(): Promise<void>;
}

const UNDO_MS = 10_000;

export async function openSandbox(): Promise<Sandbox> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-'));
  const image = join(base, 'shell.aci');
  const files = collectHostPaths(['/bin/sh', '/bin/sleep']);
  const app = { exec: ['/bin/sh'], user: '0', group: '0' };
  const labels = [
    { name: 'os', value: 'linux' },
    { name: 'arch', value: process.arch === 'arm64' ? 'aarch64' : 'amd64' },
  ];
  await packAci({
    files,
    manifest: { acKind: 'ImageManifest', acVersion: '0.8.11', name: 'bench.local/shell', labels, app },
    out: image,
    compression: 'none',
  });
  const options = {
    rkt: 'embedded',
    rktDir: join(base, 'rkt'),
    dataDir: join(base, 'data'),
    cgroupParent: `rkt-streams-bench-${process.pid}`,
  };
  const drivers = [createDriver(options)];
  const another = (): Driver => {
    const driver = createDriver(options);
    drivers.push(driver);
    return driver;
  };
  return {
    base,
    rktDir: options.rktDir,
    image,
    options,
    driver: drivers[0] ?? another(),
    another,
    shell: (id, script) => ({ id, config: { image, command: '/bin/sh', args: ['-c', script] } }),
    close: closedOnInterrupt(async () => {
      await Promise.all(drivers.map((driver) => driver.shutdown()));
      await destroyAll(options);
      await rm(base, { recursive: true });
    }),
  };
}

/** Also waits for starts that the shutdown of their driver has to undo. */
async function destroyAll(options: DriverOptions & { readonly dataDir: string }): Promise<void> {
  const last = createDriver(options);
  const deadlineMs = performance.now() + UNDO_MS;
  for (;;) {
    const { recovered } = await last.recoverTasks();
    for (const id of recovered) await last.destroyTask(id, { force: true });
    const left = await readdir(join(options.dataDir, 'state')).catch(() => []);
    if (left.length === 0 || performance.now() > deadlineMs) break;
    await delay(100);
  }
  await last.shutdown();
}
