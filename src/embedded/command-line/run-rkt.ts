import { join, resolve } from 'node:path';

import { CALLED_COMMANDS, SCRIPTED_COMMANDS } from '../../model/called-command.ts';
import { Flags, parseFlags } from './args.ts';
import type { Command } from './command-shape.ts';
import { commandTable } from './command-table.ts';
import type { RktContext } from '../embedded-context.ts';
import {
  ProcessRequired,
  RktFailure,
  UsageFailure,
  requireProcess,
  unexpectedFailure,
} from '../embedded-context.ts';
import type { Found } from './find-command.ts';
import { findCommand } from './find-command.ts';
import { globalFlags, helpFlag, parseInsecureOptions } from './global-flags.ts';

/** The outside world of one call. */
export interface World extends Pick<
  RktContext,
  'env' | 'cwd' | 'uid' | 'umask' | 'isCalled' | 'progress' | 'stdout' | 'stderr' | 'launch'
> {
  readonly argv: readonly string[];
}

/** Runs one rkt command line and ends with its exit code. */
export async function runRkt(world: World): Promise<number> {
  let found: Found;
  try {
    found = findCommand(world.argv, globalFlags);
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    world.stderr(error.message);
    return error.exitCode;
  }
  if (found.kind === 'command') {
    const { name } = found.entry;
    const isScripted = world.launch !== undefined && SCRIPTED_COMMANDS.has(name);
    if (!isScripted && !CALLED_COMMANDS.has(name)) requireProcess(world);
    return runCommand(world, await found.entry.load(), found.args);
  }
  return found.kind === 'root' ? noCommand(world) : help(world, found);
}

async function noCommand(world: World): Promise<number> {
  const { rootHelp } = await import('./command-help.ts');
  try {
    const { flags } = parseFlags([...globalFlags, helpFlag], world.argv);
    world.stdout(rootHelp(commandTable, true));
    if (flags.bool('help')) return 0;
    world.stderr('rkt: missing command\n');
    return 2;
  } catch (error) {
    return usageError(world, error, rootHelp(commandTable));
  }
}

async function help(world: World, found: Found): Promise<number> {
  const { commandHelp, imageHelp, rootHelp } = await import('./command-help.ts');
  if (found.kind === 'image') {
    world.stdout(imageHelp(commandTable));
    return 0;
  }
  const words = found.args.filter((arg) => !arg.startsWith('-'));
  if (words.length === 0) {
    world.stdout(rootHelp(commandTable));
    return 0;
  }
  try {
    const topic = findCommand(words, globalFlags);
    if (topic.kind === 'command') world.stdout(commandHelp(await topic.entry.load()));
    else world.stdout(topic.kind === 'image' ? imageHelp(commandTable) : rootHelp(commandTable));
    return 0;
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    world.stderr(error.message);
    return error.exitCode;
  }
}

async function runCommand(world: World, command: Command, args: readonly string[]): Promise<number> {
  const label = command.name.split(' ').at(-1) ?? command.name;
  let debug = false;
  try {
    const specs = [...globalFlags, ...command.flags, helpFlag];
    const { flags, rest } = parseFlags(specs, args, {
      interspersed: command.interspersed ?? true,
      into: new Flags(specs, (advice) => world.stderr(`${advice}\n`)),
    });
    if (flags.bool('help')) return await showHelp(world, command);
    debug = flags.bool('debug');
    return await command.run(await createContext(world, label, flags), flags, rest);
  } catch (error) {
    if (error instanceof ProcessRequired) throw error;
    if (error instanceof UsageFailure)
      return usageError(world, error, (await import('./command-help.ts')).commandHelp(command));
    const failure = error instanceof RktFailure ? error : unexpectedFailure(error);
    const text = `${label}: ${failure.describe(debug)}`;
    world.stderr(text.endsWith('\n') ? text : `${text}\n`);
    return failure.exitCode;
  }
}

async function showHelp(world: World, command: Command): Promise<number> {
  const { commandHelp } = await import('./command-help.ts');
  world.stdout(commandHelp(command));
  return 0;
}

function usageError(world: World, error: unknown, helpText: string): number {
  if (!(error instanceof RktFailure)) throw error;
  if (error.message !== '') world.stderr(`Error: ${error.message}\n\n`);
  world.stdout(helpText);
  return error.exitCode;
}

async function createContext(world: World, label: string, flags: Flags): Promise<RktContext> {
  const dirs = {
    localConfigDir: resolve(world.cwd, flags.string('local-config')),
    systemConfigDir: resolve(world.cwd, flags.string('system-config')),
    userConfigDir: flags.isSet('user-config') ? resolve(world.cwd, flags.string('user-config')) : undefined,
  };
  return {
    ...world,
    ...dirs,
    dir: await dataDir(world, label, flags, dirs),
    debug: flags.bool('debug'),
    insecure: parseInsecureOptions(flags.string('insecure-options')),
    trustKeysFromHttps: flags.bool('trust-keys-from-https'),
    label,
  };
}

type Dirs = Pick<RktContext, 'localConfigDir' | 'systemConfigDir' | 'userConfigDir'>;

/** `--dir`, else the configured one, else rkt's default; without root a directory of the user's own. */
async function dataDir(world: World, label: string, flags: Flags, dirs: Dirs): Promise<string> {
  if (flags.isSet('dir')) return resolve(world.cwd, flags.string('dir'));
  const { readConfig } = await import('../rkt-configuration.ts');
  const configured = ['config', 'version', 'trust'].includes(label) ? '' : readConfig(dirs).dataDir;
  if (configured !== '') return configured;
  if (world.uid === 0) return '/var/lib/rkt';
  const home = world.env['XDG_DATA_HOME'] ?? join(world.env['HOME'] ?? '/', '.local/share');
  return join(home, 'rkt');
}
