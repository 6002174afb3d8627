import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Sandbox } from '../../support/sandbox.ts';
import { markIn, recordDirOf } from './record.ts';

export type VictimKind = 'driver' | 'shim' | 'rkt' | 'app';

export interface Victim {
  readonly kind: VictimKind;
  readonly pid: number;
  /** The task it belongs to, where that can be reported. */
  readonly taskId: string | undefined;
  /** Its arguments. */
  readonly command: string;
}

/** What reports the processes of a sandbox. */
interface Inhabited extends Pick<Sandbox, 'base'> {
  readonly options: Pick<Sandbox['options'], 'dataDir' | 'rktDir'>;
}

/** The processes of a sandbox, found by their arguments: nothing that names its directory belongs to anybody else. */
export function findVictims({ base, options }: Inhabited): readonly Victim[] {
  const tasks = tasksByWord(options.dataDir);
  const victims = readdirSync('/proc').map((name): Victim | undefined => {
    if (!/^\d+$/.test(name)) return undefined;
    const argv = argvOf(name);
    const found = { pid: Number(name), command: argv.join(' ') };
    const app = markIn(argv);
    if (app?.recordDir === recordDirOf(base)) return { kind: 'app', taskId: app.taskId, ...found };
    const isShim = argv[1]?.endsWith('/shim.sh') === true;
    const taskDir = isShim ? (argv[2] ?? '') : '';
    if (taskDir.startsWith(`${options.dataDir}/`)) {
      return { kind: 'shim', taskId: tasks.get(taskDir.split('/').at(-1) ?? ''), ...found };
    }
    // The driver has it among its options as well, in one long argument.
    const isRkt =
      argv.includes(`--dir=${options.rktDir}`) &&
      argv.some((arg) => /\/embedded\/|\/programs\/rkt\.js$/.test(arg));
    return isRkt && !isShim
      ? { kind: 'rkt', taskId: taskNamedIn(found.command, tasks), ...found }
      : undefined;
  });
  return victims.filter((victim) => victim !== undefined);
}

/** `prepare` has the token among its annotations, the others the pod; `list` is of no task. */
function taskNamedIn(command: string, tasks: ReadonlyMap<string, string>): string | undefined {
  return [...tasks].find(([word]) => command.includes(word))?.[1];
}

/** Tasks by the token of their start, and by their pod. */
function tasksByWord(dataDir: string): ReadonlyMap<string, string> {
  const directory = join(dataDir, 'state');
  const tasks = new Map<string, string>();
  for (const name of list(directory)) {
    try {
      const stored = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Record<string, unknown>;
      for (const word of [stored['startToken'], stored['podId']]) {
        if (typeof word === 'string') tasks.set(word, String(stored['id']));
      }
    } catch {
      // Renamed or removed meanwhile.
    }
  }
  return tasks;
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function argvOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
