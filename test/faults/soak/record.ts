import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an app has written down of itself, whatever any driver says. */
export interface OwnRecord {
  readonly started: boolean;
  /** The code it was about to exit with; undefined when it was killed before. */
  readonly ending: number | undefined;
}

/** Where the apps of a run write, in the directory of its sandbox. */
export const recordDirOf = (base: string): string => join(base, 'record');

/** Which app a process is: of a task, and of the run whose records lie in a directory. */
export interface AppMark {
  readonly recordDir: string;
  readonly taskId: string;
}

/** Marks the process of an app by its arguments. Another run on the machine has other records. */
const markOf = ({ recordDir, taskId }: AppMark): string => `# soak ${recordDir} ${taskId} #`;

/** The mark in the arguments of a process; undefined when it is no app of a run. */
export function markIn(argv: readonly string[]): AppMark | undefined {
  const [, recordDir, taskId] = /^# soak (\S+) (\S+) #\n/.exec(argv[1] === '-c' ? (argv[2] ?? '') : '') ?? [];
  return recordDir === undefined || taskId === undefined ? undefined : { recordDir, taskId };
}

/**
 * A script that appends its start and its end to a file of its own. One write with O_APPEND is enough: a process that is
 * killed takes nothing of it back, and the machine itself is not stopped.
 */
export function recordingScript(mark: AppMark, seconds: number, exitCode: number): string {
  const file = `/record/${mark.taskId}`;
  return `${markOf(mark)}
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
