import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRecordedDriver } from '../../../src/drivers/recorded/recorded-driver.ts';
import {
  BEGIN_MS,
  exitEvent,
  exited,
  status,
  writeRecording,
} from '../../drivers/recorded/write-recording.ts';
import { describeDriver } from './describe-driver.ts';

/** At 200 ms: ten minutes, in which no case reaches the end by itself. */
const TICKS = 3_000;
const INTERVAL_MS = 200;
const EXIT_TICK = 2_990;

describe('a recorded driver', () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'contract.rec');
    await writeRecording(file, {
      taskIds: ['running'],
      ticks: TICKS,
      intervalMs: INTERVAL_MS,
      ticksPerBlock: 75,
      documents(tick, timeMs) {
        if (tick === 0) {
          const ended = exited('exited', 3, BEGIN_MS - 5_000);
          return [ended, status('running')].map((value) => ({ kind: 'task', timeMs, value }) as const);
        }
        if (tick !== EXIT_TICK) return [];
        const ended = exited('running', 0, timeMs);
        return [
          { kind: 'task', timeMs, value: ended },
          { kind: 'event', timeMs, value: exitEvent(ended, timeMs) },
        ];
      },
    });
  });
  after(() => rm(directory, { recursive: true }));

  describeDriver('recorded', () => {
    const driver = createRecordedDriver(file);
    return Promise.resolve({
      driver,
      running: 'running',
      exited: 'exited',
      endRunning() {
        driver.seek(BEGIN_MS + EXIT_TICK * INTERVAL_MS - 500);
        return Promise.resolve();
      },
      close: () => driver.shutdown(),
    });
  });
});
