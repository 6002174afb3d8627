import { Help, type Command, type HelpConfiguration, type Option } from 'commander';

/** The settings that the help shows without --help-all: those that most people need. */
const SHOWN: ReadonlySet<string> = new Set(['--config', '--data-dir', '--json', '--no-agent', '--version']);

/** @param isAllShown with every setting; else a line says how to see them */
export function helpConfiguration(isAllShown: boolean): HelpConfiguration {
  return {
    showGlobalOptions: isAllShown,
    visibleOptions(command: Command): Option[] {
      const options = Help.prototype.visibleOptions.call(this, command);
      if (isAllShown || command.parent !== null) return options;
      return options.filter(({ long = '' }) => SHOWN.has(long) || long === '--help' || long === '--help-all');
    },
    formatHelp(command, helper) {
      return commandsFirst(Help.prototype.formatHelp.call(helper, command, helper));
    },
  };
}

/** The sections of a help, with the commands in front of the options. */
function commandsFirst(text: string): string {
  const sections = text.trimEnd().split(/\n\n(?=[A-Z][A-Za-z ]+:\n)/);
  const commands = sections.filter((section) => section.startsWith('Commands:\n'));
  const others = sections.filter((section) => !section.startsWith('Commands:\n'));
  const [head = '', ...rest] = others;
  return `${[head, ...commands, ...rest].join('\n\n')}\n`;
}

/** Paragraphs wrapped to the terminal; a line that is indented is kept as it is. */
export function wrapped(text: string): string {
  const width = process.stdout.isTTY ? process.stdout.columns : 80;
  const helper = new Help();
  return text
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line : helper.boxWrap(line, width)))
    .join('\n');
}

/**
 * The command line of `help a b` as `a b --help`, and of `--help-all` as `--help`, which may stand anywhere before `--`.
 *
 * @returns whether the help shows all settings
 */
export function helpWords(words: readonly string[]): {
  readonly argv: readonly string[];
  readonly isAllShown: boolean;
} {
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  const isAllShown = own.includes('--help-all');
  const argv = isAllShown ? words.map((word) => (word === '--help-all' ? '--help' : word)) : words;
  const isNested = argv[0] === 'help' && argv.length > 2 && argv.every((word) => !word.startsWith('-'));
  return { argv: isNested ? [...argv.slice(1), '--help'] : argv, isAllShown };
}
