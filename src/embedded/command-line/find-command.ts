import type { FlagSpec } from './args.ts';
import type { CommandEntry } from './command-shape.ts';
import { commandTable, innerCommands, missingCommands } from './command-table.ts';
import { RktFailure } from '../embedded-context.ts';

/** What a command line asks for. `args` is everything but the words of the command's name. */
export type Found =
  | { readonly kind: 'root' | 'help' | 'image'; readonly args: readonly string[] }
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly args: readonly string[] };

/**
 * Finds the command in a command line; global flags may stand before it, its name may be cut to a unique prefix.
 *
 * @throws RktFailure with status 254 and the complete text for stderr in `message`, when there is no such command
 */
export function findCommand(argv: readonly string[], globals: readonly FlagSpec[]): Found {
  const at = commandIndex(argv, globals);
  const word = argv[at];
  if (at < 0 || word === undefined) return { kind: 'root', args: argv };
  const args = argv.toSpliced(at, 1);
  const name = resolve(word, topLevelNames());
  if (name === 'help') return { kind: 'help', args };
  if (name !== 'image') return { kind: 'command', entry: entryOf(name, word), args };
  const subAt = commandIndex(args, globals);
  const sub = args[subAt];
  const subName = sub === undefined ? undefined : unique(sub, imageNames());
  if (subAt < 0 || subName === undefined) return { kind: 'image', args };
  return {
    kind: 'command',
    entry: entryOf(`image ${subName}`, `image ${subName}`),
    args: args.toSpliced(subAt, 1),
  };
}

/** Index of the first word that is neither a flag nor a flag's value; -1 when there is none. */
function commandIndex(argv: readonly string[], globals: readonly FlagSpec[]): number {
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i] ?? '';
    if (arg === '--') return -1;
    if (!arg.startsWith('-')) return i;
    const spec = globals.find(({ name }) => arg === `--${name}`);
    if (spec !== undefined && spec.kind !== 'bool') i += 1;
  }
  return -1;
}

function allNames(): string[] {
  return [...commandTable.map(({ name }) => name), ...missingCommands];
}

function topLevelNames(): string[] {
  return [...new Set([...allNames().map((name) => name.split(' ')[0] ?? ''), 'help'])].sort();
}

function imageNames(): string[] {
  return allNames()
    .filter((name) => name.startsWith('image '))
    .map((name) => name.slice(6));
}

function unique(word: string, names: readonly string[]): string | undefined {
  if (names.includes(word)) return word;
  const matches = names.filter((name) => name.startsWith(word));
  return matches.length === 1 ? matches[0] : undefined;
}

function resolve(word: string, names: readonly string[]): string {
  if (innerCommands.some(({ name }) => name === word)) return word;
  const name = unique(word, names);
  if (name !== undefined) return name;
  const close = names.filter(
    (known) => known !== 'help' && (known.startsWith(word) || distance(word, known) <= 2),
  );
  const hint =
    close.length === 0 ? '' : `\nDid you mean this?\n${close.map((known) => `\t${known}\n`).join('')}\n`;
  throw new RktFailure(
    `Error: unknown command ${JSON.stringify(word)} for "rkt"\n${hint}Run 'rkt --help' for usage.\n`,
  );
}

function entryOf(name: string, word: string): CommandEntry {
  const entry = [...commandTable, ...innerCommands].find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  throw new RktFailure(
    `rkt: the embedded rkt has no command ${JSON.stringify(name === word ? word : name)}\n`,
  );
}

/** Levenshtein distance, upper and lower case alike. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
