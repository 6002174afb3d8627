import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./only-standard-streams.sh', import.meta.url));

/**
 * The command line that executes `command` without the descriptors that this process has inherited from its parent.
 */
export function onlyStandardStreams(command: readonly string[]): readonly string[] {
  return ['/bin/sh', SCRIPT, ...command];
}
