import { resolve } from 'node:path';

import type { Driver } from '../../driver-interface.ts';
import { recordDriver } from '../../drivers/recorded/index.ts';
import type { Logger } from '../../model/logger.ts';
import { bytes } from '../humanize.ts';
import type { Report } from './demo-records.ts';

export interface DemoRecording {
  readonly file: string;
  readonly intervalMs: number;
  readonly report: Report;
  readonly logger: Logger;
}

/**
 * Records the pods of the demo for `--replay`; returns a function that writes the rest and closes the file.
 *
 * @throws RKT_ERR_RECORDING when the file cannot be written, or is something else
 */
export async function recordDemo(
  driver: Driver,
  { file, intervalMs, report, logger }: DemoRecording,
): Promise<() => Promise<void>> {
  const path = resolve(file);
  const recording = await recordDriver(driver, path, {
    intervalMs,
    hostIntervalMs: 2 * intervalMs,
    logger,
  });
  report({ type: 'note', message: `Recording into ${path}` });
  return async () => {
    await recording.close();
    const { samples, events, sizeBytes, lostBlocks } = recording.stats();
    if (lostBlocks > 0) throw new Error(`${lostBlocks} blocks of ${path} could not be written`);
    report({
      type: 'note',
      message: `${path}: ${samples} samples and ${events} events, ${bytes(sizeBytes)}`,
    });
  };
}

export type RecordDemo = typeof recordDemo;
