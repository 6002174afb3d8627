import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Command } from './command-line/command-shape.ts';
import type { RktContext } from './embedded-context.ts';
import { RktFailure, wrapFailure } from './embedded-context.ts';
import { parseGoJson } from './go-json.ts';
import { formatJson } from './command-line/text.ts';

/** What rkt's configuration directories say; credentials are passed on unread. */
export interface RktConfig {
  readonly auth: readonly Readonly<Record<string, unknown>>[];
  readonly dataDir: string;
  readonly stage1ImagesDir: string;
  readonly stage1: { readonly name: string; readonly version: string; readonly location: string };
}

type ConfigEntry = Readonly<Record<string, unknown>>;
/** The configuration directories. */
export type ConfigDirs = Pick<RktContext, 'systemConfigDir' | 'localConfigDir' | 'userConfigDir'>;

/**
 * Reads `paths.d`, `stage1.d` and `auth.d` of the system, local and user directories; later ones win.
 *
 * @throws RktFailure `cannot get configuration: …`
 */
export function readConfig(dirs: ConfigDirs): RktConfig {
  try {
    const all = [dirs.systemConfigDir, dirs.localConfigDir, dirs.userConfigDir].filter(
      (dir) => dir !== undefined,
    );
    const read = (kind: string) => all.flatMap((dir) => readKind(dir, kind));
    const last = (entries: readonly ConfigEntry[], key: string): string =>
      entries
        .map((entry) => entry[key])
        .filter((value) => typeof value === 'string')
        .findLast((value) => value !== '') ?? '';
    const paths = read('paths');
    const stage1 = read('stage1');
    return {
      auth: read('auth'),
      dataDir: absolute(last(paths, 'data'), 'data directory'),
      stage1ImagesDir: absolute(last(paths, 'stage1-images'), 'stage1 images directory'),
      stage1: {
        name: last(stage1, 'name'),
        version: last(stage1, 'version'),
        location: last(stage1, 'location'),
      },
    };
  } catch (error) {
    throw wrapFailure(error, 'cannot get configuration');
  }
}

function absolute(path: string, what: string): string {
  if (path !== '' && !isAbsolute(path)) throw new RktFailure(`${what} must be an absolute path`);
  return path;
}

/**
 * Entries of `KIND.d` in a configuration directory, by file name; those of `auth.d` are of kind `auth` or `dockerAuth`.
 *
 * @throws RktFailure
 */
export function readKind(configDir: string, kind: string): ConfigEntry[] {
  const dir = join(configDir, `${kind}.d`);
  return jsonFiles(dir)
    .map((file) => parseGoJson(readFileSync(join(dir, file), 'utf8')))
    .filter((entry) => typeof entry === 'object' && entry !== null)
    .map((entry) => entry as ConfigEntry)
    .map((entry) => checkKind(entry, kind, dir));
}

/** Kinds of entries in a directory that is not of one kind alone. */
const KINDS: Readonly<Record<string, readonly string[]>> = { auth: ['auth', 'dockerAuth'] };

function checkKind(entry: ConfigEntry, kind: string, dir: string): ConfigEntry {
  const isKnown = (KINDS[kind] ?? [kind]).some((known) => known === entry['rktKind']);
  if (isKnown && entry['rktVersion'] === 'v1') return entry;
  throw new RktFailure(`no configuration parser for ${JSON.stringify(entry['rktKind'])} in ${dir}`);
}

function jsonFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.endsWith('.json'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `rkt config`. */
export const command: Command = {
  name: 'config',
  summary: 'Print configuration for each stage in JSON format',
  usage: 'config',
  description: 'The output is a JSON formatted text that contains the configuration of the stages.',
  flags: [{ name: 'pretty-print', kind: 'bool', default: 'true', help: 'apply indent to format the output' }],
  run(ctx, flags) {
    const config = readConfig(ctx);
    const stage0 = [
      ...config.auth,
      { rktVersion: 'v1', rktKind: 'paths', data: config.dataDir, 'stage1-images': config.stage1ImagesDir },
      { rktVersion: 'v1', rktKind: 'stage1', ...config.stage1 },
    ];
    ctx.stdout(`${formatJson({ stage0 }, flags.bool('pretty-print'))}\n`);
    return Promise.resolve(0);
  },
};
