import { basename } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import { parseGoJson } from '../go-json.ts';

/** Configuration of one CNI plugin: passed on as it is, but for what the caller of a plugin has to add. */
export type PluginConfig = Readonly<Record<string, unknown>> & { readonly type: string };

/** A network as a file of net.d defines it. */
export interface NetworkConfig {
  readonly name: string;
  /** Name of its file, which decides the order of the pod's interfaces. */
  readonly file: string;
  /** Content of that file. */
  readonly text: string;
  /** Version of the CNI specification it is written for; rkt's own are of 0.1.0, as are those that name none. */
  readonly cniVersion: string;
  /** One for a `.conf`, several for a `.conflist`, in the order they are called. */
  readonly plugins: readonly PluginConfig[];
}

const DEFAULT_VERSION = '0.1.0';
/** As the CNI specification has it: names become directories of IPAM plugins. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** Of a plugin: a file's name, never a path. */
const TYPE = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a network's definition: a single plugin, as rkt has it, or a list (`.conflist`).
 *
 * @throws RktFailure naming the file and what is wrong with it
 */
export function parseNetworkConfig(path: string, text: string): NetworkConfig {
  try {
    const root = object(parseGoJson(text), 'the file');
    const name = nameOf(root);
    const cniVersion = textOf(root, 'cniVersion') ?? DEFAULT_VERSION;
    const plugins = path.endsWith('.conflist') ? pluginList(root) : [pluginOf(root, 'the file')];
    return { name, file: basename(path), text, cniVersion, plugins };
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    throw new RktFailure(`error loading ${path}: ${error.describe(false)}`);
  }
}

/** True where a plugin of the network masquerades what the pod sends. */
export function masquerades({ plugins }: NetworkConfig): boolean {
  return plugins.some((plugin) => plugin['ipMasq'] === true);
}

/** True for a plugin that maps ports when it is given them. */
export function takesPorts(plugin: PluginConfig): boolean {
  const { capabilities } = plugin;
  return (
    typeof capabilities === 'object' &&
    capabilities !== null &&
    (capabilities as Json)['portMappings'] === true
  );
}

function nameOf(root: Json): string {
  const name = textOf(root, 'name') ?? '';
  if (NAME.test(name)) return name;
  throw new RktFailure(
    name === '' ? 'it has no "name"' : `the name ${JSON.stringify(name)} is not one of CNI (${NAME.source})`,
  );
}

function pluginList(root: Json): readonly PluginConfig[] {
  const { plugins } = root;
  if (!Array.isArray(plugins) || plugins.length === 0) throw new RktFailure('it has no "plugins"');
  return (plugins as readonly unknown[]).map((plugin, i) => pluginOf(plugin, `plugin ${i + 1}`));
}

function pluginOf(value: unknown, what: string): PluginConfig {
  const plugin = object(value, what);
  const type = textOf(plugin, 'type') ?? '';
  if (!TYPE.test(type)) {
    const problem =
      type === '' ? 'has no "type"' : `has the type ${JSON.stringify(type)}, which names no plugin`;
    throw new RktFailure(`${what} ${problem}`);
  }
  return { ...plugin, type };
}

function textOf(object: Json, key: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new RktFailure(`${JSON.stringify(key)} is no string`);
  return value;
}

function object(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new RktFailure(`${what} is no JSON object`);
}
