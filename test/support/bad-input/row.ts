import { writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';

import type { Driver, DriverOptions, ErrorCode, TaskSpecInput } from '../../../src/index.ts';
import { resolveRkt } from '../../../src/rkt/resolve-binary.ts';
import type { Sandbox } from '../sandbox.ts';

/** Something wrong that is done, and what the driver has to say to it. */
export interface Row {
  readonly what: string;
  readonly code: ErrorCode;
  /** Words of the message: the value, the place or the reason. */
  readonly names: readonly (string | RegExp)[];
  /** A task `good` runs meanwhile, and goes on running. */
  readonly beside?: boolean;
  readonly act: (stage: Stage) => unknown;
}

/** What a row does its mischief with. */
export interface Stage {
  readonly sandbox: Sandbox;
  /** A directory of the row's own. */
  readonly dir: string;
  /** The driver that is sound and has to stay so. */
  readonly driver: Driver;
  /** Another driver, shut down after the row. */
  readonly other: (options: DriverOptions) => Driver;
  /** Starts a task with a `config` block that differs in these from one that works. */
  readonly start: (config: object, more?: object) => Promise<unknown>;
  /** An rkt that does something else for one subcommand (`*` for all), and the rest as the one under test. */
  readonly brokenRkt: (subcommand: string, instead: string) => Promise<string>;
}

export function stageOf(sandbox: Sandbox, driver: Driver, dir: string, drivers: Driver[]): Stage {
  return {
    sandbox,
    dir,
    driver,
    other: (options) => {
      const other = sandbox.driver(options);
      drivers.push(other);
      return other;
    },
    start: (config, more = {}) => driver.startTask(taskOf(sandbox, config, more)),
    brokenRkt: (subcommand, instead) => brokenRkt(sandbox, dir, subcommand, instead),
  };
}

/** A task that ends well unless one of the given members makes it fail. */
export function taskOf(sandbox: Sandbox, config: object = {}, more: object = {}): TaskSpecInput {
  const task = sandbox.shell('bad', 'exit 0');
  return { ...task, ...more, config: { ...task.config, ...config } };
}

export async function brokenRkt(
  sandbox: Sandbox,
  dir: string,
  subcommand: string,
  instead: string,
): Promise<string> {
  const path = join(dir, `rkt-${subcommand.replace('*', 'any')}`);
  const { command } = await resolveRkt(sandbox.options.rkt);
  const sound = command.map((word) => `'${word}'`).join(' ');
  const lines = [
    '#!/bin/sh',
    `sound() { ${sound} "$@"; }`,
    'for word do case $word in -*) ;; *) break ;; esac; done',
    `case $word in ${subcommand}) ${instead} ;; esac`,
    `exec ${sound} "$@"`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Never ends, and can be found by its command line. */
export const HANGS = 'while :; do sleep 1; done';
