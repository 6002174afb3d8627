import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { until } from './until.ts';

const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('notify-receiver.py', import.meta.url));

/** A message of sd_notify(3). */
export interface Notification {
  readonly lines: readonly string[];
  /** The process that the kernel names as its sender. */
  readonly pid: number | null;
}

/** A service manager, as far as notifications are concerned. */
export interface NotifyReceiver {
  /** All so far, without those that only wait for the others to be read. */
  readonly received: () => readonly Notification[];
  /** Waits for a message after the first `from` ones that has this line. */
  readonly says: (line: RegExp, from?: number) => Promise<Notification>;
  readonly close: () => Promise<void>;
}

/** @param name the path of a socket, or `@name` of an abstract one */
export async function openNotifyReceiver(name: string): Promise<NotifyReceiver> {
  const child = spawn(PYTHON, [PROGRAM, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  await until('it receives', () => text !== '');
  const received = (): readonly Notification[] =>
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line) as Notification)
      .filter(({ lines }) => lines[0] !== 'BARRIER=1');
  const find = (line: RegExp, from: number): Notification | undefined =>
    received()
      .slice(from)
      .find(({ lines }) => lines.some((each) => line.test(each)));
  return {
    received,
    async says(line, from = 0) {
      await until(`${String(line)} was received`, () => find(line, from) !== undefined);
      return find(line, from)!;
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
