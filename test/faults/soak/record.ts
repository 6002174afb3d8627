import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an app has written down of itself, whatever any driver says. */
export interface OwnRecord {
  readonly started: boolean;
  /** The code it was about to exit with; undefined when it was killed before. */
  readonly ending: number | undefined;
}

/** Marks the process of an app by its arguments. */
export const markOf = (taskId: string): string => `# soak ${taskId} #`;

/**
 * A script that appends its start and its end to a file of its own. One write with O_APPEND is enough: a process that is
 * killed takes nothing of it back, and the machine itself is not stopped.
 */
export function recordingScript(taskId: string, seconds: number, exitCode: number): string {
  const file = `/record/${taskId}`;
  return `${markOf(taskId)}
echo started >>${file}
sleep ${seconds}
echo ending ${exitCode} >>${file}
exit ${exitCode}`;
}

export function readRecord(directory: string, taskId: string): OwnRecord {
  let text = '';
  try {
    text = readFileSync(join(directory, taskId), 'utf8');
  } catch {
    // It never ran.
  }
  const ending = /^ending (\d+)$/m.exec(text)?.[1];
  return {
    started: text.startsWith('started\n'),
    ending: ending === undefined ? undefined : Number(ending),
  };
}
