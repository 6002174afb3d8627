import type { FlagSpec } from './args.ts';
import type { Command, CommandEntry } from './command-shape.ts';
import { globalFlags, helpFlag } from './global-flags.ts';
import { tabTable } from './text.ts';
import { EMBEDDED_RKT_VERSION } from '../../model/embedded-rkt-version.ts';

const ROOT_DESCRIPTION = `A CLI for running app containers on Linux.

To get the help on any specific command, run "rkt help command".`;

const IMAGE_DESCRIPTION = `This subcommand operates on image(s) in the local store.

The "cat-manifest", "export", "extract", "render", and "rm" subcommands
take the ID or image name to reference images in the local store.

The ID can be specified using the long or short version, i.e. "sha512-78c08a541997",
or "sha512-78c08a5419979fff71e615f27aad75b84362a3cd9a13703b9d47ec27d1cfd029".

The image name can be specified including the version tag as stored in the local store,
i.e. "quay.io/coreos/etcd:latest", or "quay.io/coreos/etcd:v3.0.13".

The version tag may be left out, i.e. "quay.io/coreos/etcd".
In case of ambiguity, the least recently fetched image with this name will be chosen.`;

/** The help of rkt itself; `withHelpFlag` as after a missing command. */
export function rootHelp(table: readonly CommandEntry[], withHelpFlag = false): string {
  const rows = [...table.map(({ name, summary }) => [name, summary]), ['help', 'Help about any command']];
  return page([
    ['NAME', '\trkt - rkt, the application container runner\n'],
    ['USAGE', '\trkt [command]\n'],
    ['VERSION', `\t${EMBEDDED_RKT_VERSION}\n`],
    ['COMMANDS', commandRows(rows)],
    ['DESCRIPTION', indented(ROOT_DESCRIPTION)],
    ['OPTIONS', flagRows(withHelpFlag ? [...globalFlags, helpFlag] : globalFlags)],
  ]);
}

/** The help of `rkt image`. */
export function imageHelp(table: readonly CommandEntry[]): string {
  const rows = table
    .filter(({ name }) => name.startsWith('image '))
    .map(({ name, summary }) => [name.slice(6), summary]);
  return page([
    ['NAME', '\timage - Operate on image(s) in the local store\n'],
    ['USAGE', '\trkt image [command]\n'],
    ['COMMANDS', commandRows(rows)],
    ['DESCRIPTION', indented(IMAGE_DESCRIPTION)],
    ['GLOBAL OPTIONS', flagRows(globalFlags)],
  ]);
}

/** The help of one command, in rkt's layout. */
export function commandHelp(command: Command): string {
  return page([
    ['NAME', `\t${command.name} - ${command.summary}\n`],
    ['USAGE', `\trkt ${command.usage}\n`],
    ['DESCRIPTION', command.description === undefined ? '' : indented(command.description)],
    ['OPTIONS', flagRows(command.flags)],
    ['GLOBAL OPTIONS', flagRows(globalFlags)],
  ]);
}

function page(parts: readonly (readonly [string, string])[]): string {
  const shown = parts.filter(([, text]) => text !== '');
  return shown.map(([title, text]) => `${title}:\n${text}\n`).join('');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `\t${line}\n`)
    .join('');
}

function commandRows(rows: readonly (readonly string[])[]): string {
  return indented(tabTable(rows).trimEnd());
}

function flagRows(specs: readonly FlagSpec[]): string {
  const shown = specs
    .filter((spec) => spec.deprecated === undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return tabTable(
    shown.map((spec) => [`${spec === helpFlag ? '  -h, ' : '      '}${flagSyntax(spec)}`, spec.help]),
  );
}

function flagSyntax(spec: FlagSpec): string {
  const fallback = spec.default ?? (spec.kind === 'bool' ? 'false' : '');
  const shown = spec.kind === 'string' ? `"${fallback}"` : fallback;
  const optional = spec.kind === 'bool' || spec.noOptDefault !== undefined;
  return optional ? `--${spec.name}[=${shown}]` : `--${spec.name}=${shown}`;
}
