import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

import { RktError } from '../model/rkt-error.ts';

export interface InstallOptions {
  /** The name of the file, by which the agent's configuration refers to the plugin. Default `rkt`. */
  readonly name?: string;
  /** Replaces a file that is not a launcher of this package. */
  readonly force?: boolean;
  /** What the launcher becomes, as words. Default: this Node with the plugin of this package. */
  readonly command?: readonly string[];
}

export interface Installation {
  readonly path: string;
  /** False when the very same launcher was there already. */
  readonly isNew: boolean;
  /** The block for the agent's configuration, in HCL. */
  readonly agentConfig: string;
}

const ENTRY = fileURLToPath(new URL('../../dist/programs/nomad-plugin.js', import.meta.url));
/**
 * What the heap of young objects grows to while many tasks start is never given back. Nothing but a documented option may
 * stand here: a later Node.js that did not know one would not start, and neither would the agent.
 */
const YOUNG = '--max-semi-space-size=1';
/** This line identifies a launcher of this package. */
const MARK = '# The rkt task driver for Nomad, installed by rkt-streams nomad install.';

/**
 * Puts the plugin's launcher into an agent's plugin directory: one executable file, and nothing else, since an agent
 * starts every executable there and does not start itself when one of them is no plugin.
 *
 * @throws RKT_ERR_OPTIONS for a directory that is not absolute or not there, a name that is none, and a foreign file
 * @example
 * const { path } = await installPlugin('/opt/nomad/plugins', { force: true });
 */
export async function installPlugin(directory: string, options: InstallOptions = {}): Promise<Installation> {
  const { name = 'rkt', force = false, command = pluginCommand() } = options;
  await checkDirectory(directory);
  checkName(name);
  const path = join(directory, name);
  const agentConfig = agentConfigOf(directory, name);
  const launcher = launcherOf(command);
  const present = await readLauncher(path);
  if (present !== undefined && !present.includes(MARK) && !force) {
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `${path} exists already and was not installed by rkt-streams. Choose another name with --name, or replace it with --force.`,
    );
  }
  if (present === launcher && (await isExecutable(path))) return { path, isNew: false, agentConfig };
  await writeLauncher(directory, path, launcher);
  return { path, isNew: true, agentConfig };
}

/** The single-file executable takes no options of Node.js; its files may move with the next version. */
function pluginCommand(): readonly string[] {
  return isSea() ? [process.execPath, 'nomad-plugin'] : [process.execPath, YOUNG, ENTRY];
}

async function checkDirectory(directory: string): Promise<void> {
  if (!isAbsolute(directory)) {
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `The plugin directory ${directory} is not an absolute path. Give it as in the agent's plugin_dir.`,
    );
  }
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `There is no directory ${directory}. Create it first, accessible to root only.`,
  );
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${JSON.stringify(name)} is not a valid plugin name. Use letters, digits, dots, dashes and underscores.`,
  );
}

/** `exec`, because the host kills and remembers the process that it started, and no other. */
function launcherOf(command: readonly string[]): string {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `#!/bin/sh\n${MARK}\nexec ${words} "$@"\n`;
}

function agentConfigOf(directory: string, name: string): string {
  return `plugin_dir = ${JSON.stringify(directory)}

plugin ${JSON.stringify(name)} {
  config {
    volumes_enabled = true
  }
}
`;
}

async function readLauncher(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new RktError('RKT_ERR_OPTIONS', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o777) === 0o755;
}

/** In a directory of its own until it is whole: an agent that starts meanwhile passes over directories. */
async function writeLauncher(directory: string, path: string, launcher: string): Promise<void> {
  const scratch = await mkdtemp(join(directory, '.rkt-streams-'));
  try {
    const file = join(scratch, 'launcher');
    await writeFile(file, launcher);
    await chmod(file, 0o755);
    await rename(file, path);
  } finally {
    await rm(scratch, { recursive: true });
  }
}
