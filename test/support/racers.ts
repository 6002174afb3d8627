import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { DriverOptions } from '../../src/index.ts';
import type { RaceOrder } from './race-child.ts';

const CHILD = fileURLToPath(new URL('race-child.ts', import.meta.url));

/** What an op of a racer came to: a value, or the code of its error. */
export interface RaceOutcome {
  readonly value?: unknown;
  readonly code?: string;
  readonly text?: string;
}

/** A driver in a process of its own. */
export interface Racer {
  readonly pid: number;
  do(order: RaceOrder): Promise<RaceOutcome>;
  end(): Promise<void>;
}

export async function startRacer(options: DriverOptions): Promise<Racer> {
  const child: ChildProcess = fork(CHILD, {
    env: { ...process.env, RACE_OPTIONS: JSON.stringify(options) },
    execArgv: ['--import', import.meta.resolve('tsx/esm')],
  });
  await once(child, 'message');
  const closed = once(child, 'exit');
  const waiting = new Map<number, (outcome: RaceOutcome) => void>();
  child.on('message', ({ number, outcome }: { number: number; outcome: RaceOutcome }) => {
    waiting.get(number)?.(outcome);
    waiting.delete(number);
  });
  child.on('exit', () => waiting.forEach((resolve) => resolve({ code: 'died' })));
  let orders = 0;
  return {
    pid: child.pid ?? 0,
    do(order) {
      orders += 1;
      const number = orders;
      return new Promise((resolve) => {
        waiting.set(number, resolve);
        child.send({ number, order });
      });
    },
    async end() {
      if (child.connected) child.disconnect();
      await closed;
    },
  };
}
