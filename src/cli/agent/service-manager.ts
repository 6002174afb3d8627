import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Logger } from '../../model/logger.ts';
import { printable } from '../../model/printable.ts';
import { reasonOf } from '../../model/reason-of.ts';

const run = promisify(execFile);
/** systemd-notify waits at most five seconds for the service manager. */
const TIMEOUT_MS = 10_000;

type Environment = Record<string, string | undefined>;

/** The service manager that has started this process: systemd, or another one with its protocol sd_notify(3). */
export interface ServiceManager {
  /** Expected time between two signs of life; undefined when it expects none. */
  readonly watchdogMs: number | undefined;
  ready(status: string): Promise<void>;
  reloading(): Promise<void>;
  stopping(): Promise<void>;
  alive(status: string): Promise<void>;
}

/**
 * The service manager of this process; undefined without one. Its variables are removed from the environment: a child that has them
 * could report in the name of this process.
 *
 * Node has no datagram sockets of Unix, so that `systemd-notify` sends the messages, one after another. With root's rights it sends
 * them in the name of its parent.
 */
export function takeServiceManager(
  logger: Logger,
  env: Environment = process.env,
): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket = '' } = env;
  const watchdogMs = watchdogMsOf(env);
  delete env['NOTIFY_SOCKET'];
  delete env['WATCHDOG_USEC'];
  delete env['WATCHDOG_PID'];
  if (socket === '') return undefined;
  const send = sender(socket, logger);
  return {
    watchdogMs,
    ready: (status) => send('READY=1', statusLine(status)),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${monotonicUs()}`),
    stopping: () => send('STOPPING=1', statusLine('stopping')),
    alive: (status) => send('WATCHDOG=1', statusLine(status)),
  };
}

/** The variables can be those of another process, from which this one has inherited them. */
function watchdogMsOf({ WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid = '' }: Environment): number | undefined {
  if (pid !== '' && pid !== String(process.pid)) return undefined;
  return /^[1-9]\d{0,15}$/.test(usec) ? Number(usec) / 1_000 : undefined;
}

function statusLine(text: string): string {
  return `STATUS=${printable(text)}`;
}

/** CLOCK_MONOTONIC, which Node reads as well. */
function monotonicUs(): bigint {
  return process.hrtime.bigint() / 1_000n;
}

function sender(socket: string, logger: Logger): (...lines: readonly string[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const sendNow = async (lines: readonly string[]): Promise<void> => {
    try {
      const env = { ...process.env, NOTIFY_SOCKET: socket };
      await run('systemd-notify', [...lines], { env, timeout: TIMEOUT_MS });
      hasFailed = false;
    } catch (error) {
      // The watchdog would repeat it every few seconds.
      if (!hasFailed) logger.error({ reason: reasonOf(error) }, 'The service manager was not notified');
      hasFailed = true;
    }
  };
  return (...lines) => (last = last.then(() => sendNow(lines)));
}
