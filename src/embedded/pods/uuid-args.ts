import { readFileSync } from 'node:fs';

import type { FlagSpec, Flags } from '../command-line/args.ts';
import { RktFailure, systemErrorText, UsageFailure } from '../embedded-context.ts';

/** `--uuid-file` of the commands that take a UUID. */
export const uuidFileFlag: FlagSpec = {
  name: 'uuid-file',
  kind: 'string',
  help: 'read pod UUID from file instead of argument',
};

/** The one UUID of a command line: its argument or the content of `--uuid-file`. @throws UsageFailure, RktFailure */
export function oneUuid(flags: Flags, args: readonly string[], fileExitCode = 254): string {
  const [uuid] = args;
  if (!flags.isSet('uuid-file')) {
    if (uuid === undefined || args.length !== 1) throw new UsageFailure('');
    return uuid;
  }
  if (args.length !== 0) throw new UsageFailure('');
  return uuidFromFile(flags, fileExitCode);
}

/** All UUIDs of a command line. @throws UsageFailure without any, RktFailure for an unreadable file */
export function someUuids(flags: Flags, args: readonly string[], fileExitCode = 254): readonly string[] {
  if (flags.isSet('uuid-file')) {
    if (args.length > 0) throw new UsageFailure('');
    return [uuidFromFile(flags, fileExitCode)];
  }
  if (args.length === 0) throw new UsageFailure('');
  return args;
}

function uuidFromFile(flags: Flags, exitCode: number): string {
  const path = flags.string('uuid-file');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new RktFailure(
      'unable to resolve UUID from file',
      [systemErrorText('open', path, error)],
      exitCode,
    );
  }
}
