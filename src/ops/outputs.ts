import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { RktError } from '../model/errors.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskFiles } from './task-files.ts';

export interface Outputs {
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

/** Where the output of a task goes, checked before anything is started. @throws RKT_ERR_OUTPUT */
export async function checkOutputs(spec: TaskSpec, files: TaskFiles): Promise<Outputs> {
  if (spec.stdoutPath !== undefined) await checkOutput('stdoutPath', spec.stdoutPath);
  if (spec.stderrPath !== undefined) await checkOutput('stderrPath', spec.stderrPath);
  return { stdoutPath: spec.stdoutPath ?? files.stdout, stderrPath: spec.stderrPath ?? files.stderr };
}

async function checkOutput(name: string, path: string): Promise<void> {
  const fail = (why: string, cause?: unknown): never => {
    throw new RktError('RKT_ERR_OUTPUT', `${name} ${path} cannot be opened: ${why}`, { cause });
  };
  const found = await stat(path).catch((error: unknown) =>
    (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : fail((error as Error).message, error),
  );
  if (found?.isDirectory()) fail('it is a directory');
  await access(found === undefined ? dirname(path) : path, constants.W_OK).catch((error: unknown) =>
    fail((error as Error).message, error),
  );
}
