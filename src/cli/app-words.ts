import type { Command } from 'commander';

import { commandAt } from './program.ts';

/** Commands whose first argument ends their own options, as with docker: `run IMAGE -x` passes `-x` to the app. */
const PASSES_ON: ReadonlySet<string> = new Set(['run', 'exec']);

/**
 * The command line with `--` in front of the words of an app. Options between the image (or task) and a `--` of the user are
 * still those of the command.
 */
export function withAppWords(program: Command, argv: readonly string[]): readonly string[] {
  const command = program.commands.find((each) => PASSES_ON.has(each.name()) && each.options.length > 0);
  if (command === undefined) return argv;
  const options = [...program.options, ...command.options];
  const takesValue = (word: string): boolean => {
    if (word.startsWith('--')) return options.some(({ long, required }) => long === word && required);
    const letters = Array.from(word.slice(1), (letter) =>
      options.find(({ short }) => short === `-${letter}`),
    );
    const valued = letters.findIndex((option) => option?.required === true);
    return valued !== -1 && valued === letters.length - 1;
  };
  const named = commandAt(argv);
  let at = named + 1;
  while (at < argv.length && isOption(argv[at])) at += takesValue(argv[at] ?? '') ? 2 : 1;
  const words = argv.slice(at + 1);
  const isSeparated = argv.slice(0, at).includes('--') || (isOption(words[0]) && words.includes('--'));
  if (named === -1 || words.length === 0 || isSeparated) return argv;
  return [...argv.slice(0, at + 1), '--', ...words];
}

function isOption(word: string | undefined): boolean {
  return word?.startsWith('-') === true && word !== '-';
}
