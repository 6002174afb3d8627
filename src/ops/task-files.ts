import { join } from 'node:path';

/** The files of one start of a task, below the data directory. */
export interface TaskFiles {
  readonly directory: string;
  /** Renamed by the shim to claim the start, or by a recovering driver to revoke it. */
  readonly ticket: string;
  readonly revoked: string;
  /** Locked by flock while `rkt prepare` runs. */
  readonly prepareLock: string;
  /** Without it `rkt prepare` does not begin: removed by a recovering driver to revoke it. */
  readonly prepareTicket: string;
  /** Written by `prepare` of the embedded rkt: the UUID of the pod that it is about to make. */
  readonly preparedPod: string;
  /** Values of variables, which exist only while a real `rkt prepare` reads them. */
  readonly environment: string;
  /** The script that becomes the app, which exists only until it has. */
  readonly launchScript: string;
  readonly appPid: string;
  /** Where a real rkt finds the checked volumes, by name. */
  readonly volumes: string;
  readonly stdout: string;
  readonly stderr: string;
  /** All exit files are in one directory, so that one watch covers them. */
  readonly exitFile: string;
  /** Exists when the exit was requested: by a stop (`stop`), or by the signal of this number. */
  readonly endRequest: (how: string) => string;
  /** Exists when a driver of this name has published the exit. */
  readonly published: (publisher: string) => string;
}

export const exitsDirectory = (dataDir: string): string => join(dataDir, 'exits');
export const locksDirectory = (dataDir: string): string => join(dataDir, 'locks');
export const tasksDirectory = (dataDir: string): string => join(dataDir, 'tasks');
export const stateDirectory = (dataDir: string): string => join(dataDir, 'state');

export function taskFiles(dataDir: string, startToken: string): TaskFiles {
  const directory = join(tasksDirectory(dataDir), startToken);
  return {
    directory,
    ticket: join(directory, 'ticket'),
    revoked: join(directory, 'revoked'),
    prepareLock: join(directory, 'prepare.lock'),
    prepareTicket: join(directory, 'prepare.ticket'),
    preparedPod: join(directory, 'prepare.pod'),
    environment: join(directory, 'environment'),
    launchScript: join(directory, 'launch.sh'),
    appPid: join(directory, 'app.pid'),
    volumes: join(directory, 'volumes'),
    stdout: join(directory, 'stdout.log'),
    stderr: join(directory, 'stderr.log'),
    exitFile: join(exitsDirectory(dataDir), startToken),
    endRequest: (how) => join(directory, `end-requested.${how}`),
    published: (publisher) => join(directory, `exit-published.${publisher}`),
  };
}
