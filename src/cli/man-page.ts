import { nodesOf, type CommandNode } from './command-tree.ts';

/** The manual page of a program in the language of man(7). */
export function manPage(root: CommandNode, version: string): string {
  const commands = nodesOf(root).filter(({ path }) => path !== '');
  return [
    `.TH RKT-STREAMS 1 "" "rkt-streams ${text(version)}"`,
    '.SH NAME',
    `rkt-streams \\- ${text(root.description)}`,
    '.SH SYNOPSIS',
    `.B rkt-streams\n${text(root.usage)}`,
    '.SH COMMANDS',
    ...commands.map(commandText),
    '.SH OPTIONS',
    'All commands take these settings.',
    ...root.options.map(optionText),
    '',
  ].join('\n');
}

function commandText({ path, usage, description, options }: CommandNode): string {
  return [
    `.SS rkt-streams ${text(path)} ${text(usage)}`,
    text(description),
    ...options.filter(({ words }) => !words.includes('--help')).map(optionText),
  ].join('\n');
}

function optionText({ flags, help }: CommandNode['options'][number]): string {
  return `.TP\n.B ${text(flags)}\n${text(help)}`;
}

/** Text in which man sees no command: a dash is a minus, and a line does not begin with a dot or an apostrophe. */
function text(plain: string): string {
  const escaped = plain.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return escaped.replaceAll(/^(?=[.'])/gm, '\\&');
}
