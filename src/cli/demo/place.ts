import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DriverOptions } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { driverOptionsOf, type Settings } from '../settings.ts';
import { childrenOfThis } from './demo-machine.ts';
import type { Check } from './demo-records.ts';

/** The directory and cgroup of the demo, which are shared with no other task of the machine. */
export interface DemoPlace {
  readonly base: string;
  readonly dataDir: string;
  readonly rktDir: string;
  readonly cgroupRoot: string;
  readonly cgroupParent: string;
  readonly driverOptions: DriverOptions;
  /** Child processes that existed before the demo. */
  readonly earlierChildren: ReadonlySet<number>;
}

export async function makePlace(settings: Settings, logger: Logger): Promise<DemoPlace> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-demo-'));
  const place = {
    base,
    dataDir: join(base, 'data'),
    rktDir: join(base, 'rkt'),
    cgroupRoot: settings.cgroupRoot,
    cgroupParent: `${settings.cgroupParent}-demo-${randomBytes(4).toString('hex')}`,
  };
  const { dataDir, rktDir, cgroupParent } = place;
  const driverOptions = { ...driverOptionsOf(settings), dataDir, rktDir, cgroupParent, logger };
  return { ...place, driverOptions, earlierChildren: childrenOfThis() };
}

/** Removes the directory, unless a process or a mount is left in it. */
export async function removePlace({ base }: DemoPlace, checks: readonly Check[]): Promise<Check> {
  const isInUse = checks.some(
    ({ what, left }) => (what === 'processes' || what === 'mounts') && left.length > 0,
  );
  if (!isInUse) await rm(base, { recursive: true, force: true }).catch(() => undefined);
  return { what: 'directory', looked: 1, left: existsSync(base) ? [base] : [] };
}
