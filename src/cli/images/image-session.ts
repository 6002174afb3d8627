import type { Command } from 'commander';

import { driverSettings } from '../../model/driver-options.ts';
import { resolveRkt } from '../../rkt/resolve-binary.ts';
import { createRktRunner, type RktRunner } from '../../rkt/command-runner.ts';
import { requireSupported } from '../../rkt/version-probe.ts';
import { exitCodeOfSignal } from '../exit-codes.ts';
import { listenForInterrupt, type Interrupt } from '../interrupt.ts';
import { createOutput, type Output } from '../cli-output.ts';
import { driverOptionsOf } from '../settings.ts';
import { settingsOf } from '../with-driver.ts';

/** What the commands for images work with: they need an rkt and no driver. */
export interface ImageSession {
  readonly runner: RktRunner;
  readonly output: Output;
  readonly interrupt: Interrupt;
}

/** What a command does; what it returns becomes the exit code, 0 when it returns nothing. */
export type ImageAction = (session: ImageSession) => Promise<number | undefined>;

/**
 * Runs an action with the rkt of the settings. A signal aborts `interrupt.signal`, and is the exit code of a command that ends
 * with an error after it.
 */
export async function withRkt(command: Command, act: ImageAction): Promise<void> {
  const settings = settingsOf(command);
  const output = createOutput({ json: settings.json || command.opts()['format'] === 'json' });
  const { rkt, rktDir: dir, rktTimeoutMs: timeoutMs } = driverSettings(driverOptionsOf(settings));
  const interrupt = listenForInterrupt();
  try {
    const runner = createRktRunner({ binary: await resolveRkt(rkt, timeoutMs), dir, timeoutMs });
    if (runner.binary.runtime === 'rkt') await requireSupported(runner);
    process.exitCode = (await act({ runner, output, interrupt })) ?? 0;
  } catch (error) {
    const signal = interrupt.received();
    if (signal === undefined) throw error;
    process.exitCode = exitCodeOfSignal(signal);
  } finally {
    interrupt.dispose();
  }
}
