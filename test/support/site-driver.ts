import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type {
  Driver,
  DriverConfigInput,
  DriverOptions,
  ExecTaskResult,
  ExitResult,
  StartedTask,
  TaskSpecInput,
  TaskStatus,
} from '../../src/index.ts';
import type { NetworkSite } from './network-site.ts';

const CHILD = fileURLToPath(new URL('site-driver-child.ts', import.meta.url));

/** What a driver on the host of a site can be asked; see {@link Driver}. */
export interface SiteCalls {
  readonly start: (spec: TaskSpecInput) => Promise<StartedTask['network']>;
  readonly exec: (id: string, command: readonly string[]) => Promise<ExecTaskResult>;
  readonly exit: (id: string) => Promise<ExitResult>;
  /** What the task has written to its stdout so far. */
  readonly output: (id: string) => Promise<string>;
  readonly inspect: (id: string) => Promise<TaskStatus>;
  readonly destroy: (id: string) => ReturnType<Driver['destroyTask']>;
  /** Ends the driver, and recovers all tasks in another one; their names. */
  readonly takeOver: () => Promise<readonly string[]>;
}

export interface SiteCall {
  readonly method: keyof SiteCalls;
  readonly args: readonly unknown[];
}

export interface SiteAnswer {
  readonly value?: unknown;
  readonly error?: { readonly code: string | undefined; readonly message: string };
}

/** What a call was refused with. */
export class SiteError extends Error {
  readonly code: string | undefined;

  constructor({ code, message }: NonNullable<SiteAnswer['error']>) {
    super(message);
    this.code = code;
  }
}

/** A driver on the host of a site. One call at a time. */
export interface SiteDriver extends SiteCalls {
  /** Shuts the driver down; its tasks stay. */
  readonly close: () => Promise<void>;
}

export function openSiteDriver(
  site: NetworkSite,
  options: DriverOptions,
  config: DriverConfigInput,
): SiteDriver {
  const words = [process.execPath, '--import', import.meta.resolve('tsx'), CHILD];
  const child = site.start(words);
  if (child.stdout === null || child.stdin === null) throw new Error('the driver has no standard streams');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { stdin } = child;
  // Not as arguments: the driver would be taken for what its tasks have left, by the directories that it names.
  stdin.write(`${JSON.stringify([options, config])}\n`);
  const call = async (method: keyof SiteCalls, ...args: readonly unknown[]): Promise<unknown> => {
    stdin.write(`${JSON.stringify({ method, args } satisfies SiteCall)}\n`);
    const next = await lines.next();
    if (next.done === true) throw new Error(`the driver ended at ${method}`);
    const { value, error } = JSON.parse(next.value) as SiteAnswer;
    if (error !== undefined) throw new SiteError(error);
    return value;
  };
  return {
    start: (spec) => call('start', spec) as ReturnType<SiteCalls['start']>,
    exec: (id, command) => call('exec', id, command) as ReturnType<SiteCalls['exec']>,
    exit: (id) => call('exit', id) as ReturnType<SiteCalls['exit']>,
    output: (id) => call('output', id) as ReturnType<SiteCalls['output']>,
    inspect: (id) => call('inspect', id) as ReturnType<SiteCalls['inspect']>,
    destroy: (id) => call('destroy', id) as ReturnType<SiteCalls['destroy']>,
    takeOver: () => call('takeOver') as ReturnType<SiteCalls['takeOver']>,
    close: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, 'exit');
  child.stdin?.end();
  await end;
}
