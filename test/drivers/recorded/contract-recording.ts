import type { RecordedDriver } from '../../../src/drivers/recorded/recorded-driver.ts';
import { BEGIN_MS, exitEvent, exited, status, writeRecording } from './write-recording.ts';

/** At 200 ms: ten minutes, in which no case reaches the end by itself. */
const TICKS = 3_000;
const INTERVAL_MS = 200;
const EXIT_TICK = 2_990;

/** A recording for the contract of a driver, with the tasks `running` and `exited`. */
export async function writeContractRecording(file: string): Promise<void> {
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
}

/** Plays on shortly before the task `running` exits. */
export function endContractRecording(driver: RecordedDriver): void {
  driver.seek(BEGIN_MS + EXIT_TICK * INTERVAL_MS - 500);
}
