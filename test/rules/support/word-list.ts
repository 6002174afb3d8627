import type { Command } from 'commander';

/** A word that the project does not use. */
export interface Finding {
  /** `file:line`. */
  readonly place: string;
  readonly word: string;
  /** What to write instead. */
  readonly use: string;
}

/** Words with a private or odd meaning, and the term to use. Identifiers are split into words before they are compared. */
const WORDS: readonly (readonly [words: string, use: string])[] = [
  ['figures?', 'metric, value or sample'],
  ['tells?|told|telling', 'print, report, or pass to'],
  ['nobody', 'no process, no user, or the passive voice'],
  ['whoever', 'the process (or user) that'],
  ['wish(?:es)?', 'request'],
  ['fates?', 'outcome'],
  ['tall(?:y|ies)', 'count'],
  ['boards?', 'state'],
  ['rooms?', 'space, limit or environment'],
  ['settle[sd]?|settling', 'reconcile'],
  ['lookers?', 'subscriber or sampler'],
  ['(?:an?|one|each|every|next|last|first|two|between) looks?', 'read or check'],
  ['beats?', 'interval group'],
  ['workshops?|rigs?', 'fixture or environment'],
  ['net below', 'fallback or resync'],
  ['takes? up|took up|taken up|taking up', 'recover'],
  ['of ours', 'our, or of this driver'],
  ['in sight', 'visible'],
  ['under way', 'in progress'],
];

/** Standard uses of these words, removed before a line is checked. `nobody` is the user of the passwd file. */
const STANDARD =
  /allSettled|h\('figure'|figcaption|^figure(?=,| \{)|\bftell\b|\bNOBODY\b|(?:as|For)Nobody\b|\buser(?:=|: '| )nobody\b|'nobody'(?=, 'bad')|nobody:x:65534:65534:nobody/g;

const PATTERNS = WORDS.map(([words, use]) => ({ pattern: new RegExp(`\\b(?:${words})\\b`, 'gi'), use }));

/** `alertBoard`, `TASK_FIGURES` and `save-if-room` as separate words. */
function separated(line: string): string {
  return line
    .replace(STANDARD, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_#$-]/g, ' ');
}

/** The words of a text that the project does not use, in order. */
export function findWords(text: string, file: string): readonly Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const words = separated(line);
    return PATTERNS.flatMap(({ pattern, use }) =>
      [...words.matchAll(pattern)].map((match) => ({ at: match.index, word: match[0], use })),
    )
      .sort((a, b) => a.at - b.at)
      .map(({ word, use }) => ({ place: `${file}:${index + 1}`, word, use }));
  });
}

/** The help of a command and of all its subcommands. */
export function helpOf(
  command: Command,
  prefix = '',
): readonly { readonly name: string; readonly text: string }[] {
  const name = `${prefix}${command.name()}`;
  return [
    { name, text: command.helpInformation() },
    ...command.commands.flatMap((child) => helpOf(child, `${name} `)),
  ];
}
