import { nodesOf, type CommandNode } from './command-tree.ts';

/** Makes the completion of a shell. */
export type CompletionScript = (root: CommandNode) => string;

/** What lists the tasks while completing; nothing is printed when it cannot. */
const TASKS = "rkt-streams ps -a --format '{{.ID}}' 2>/dev/null";

/** The words that can follow a command: its commands and its options. */
function wordsAfter({ children, options }: CommandNode): readonly string[] {
  return [
    ...children.map(({ path }) => path.split(' ').at(-1) ?? ''),
    ...options.flatMap(({ words }) => words),
  ];
}

function bash(root: CommandNode): string {
  const cases = nodesOf(root).map((node) => {
    const tasks = node.takesTask ? ` $(${TASKS})` : '';
    return `    '${node.path}') words="${wordsAfter(node).join(' ')}${tasks}" ;;`;
  });
  return `# Completion of rkt-streams for bash: source <(rkt-streams completion bash)
_rkt_streams() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${nodesOf(root)
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  # Without a match of its own, a file.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _rkt_streams rkt-streams
`;
}

function zsh(root: CommandNode): string {
  return `#compdef rkt-streams
# Completion of rkt-streams for zsh: source <(rkt-streams completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(root).split('\n').slice(1).join('\n')}`;
}

function fish(root: CommandNode): string {
  const lines = nodesOf(root).flatMap((node) => {
    const seen = node.path.split(' ').filter((word) => word !== '');
    const condition =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const line = (rest: string): string => `complete -c rkt-streams -n '${condition}' ${rest}`;
    return [
      ...node.children.map(({ path, summary }) =>
        line(`-f -a ${path.split(' ').at(-1) ?? ''} -d ${quoted(summary)}`),
      ),
      ...node.options.map(({ words, help }) => line(`${words.map(fishOption).join(' ')} -d ${quoted(help)}`)),
      ...(node.takesTask ? [line(`-f -a ${quoted(`(${TASKS})`)}`)] : []),
    ];
  });
  return `# Completion of rkt-streams for fish: rkt-streams completion fish | source\n${lines.join('\n')}\n`;
}

function fishOption(word: string): string {
  return word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export const COMPLETION_SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', CompletionScript>> = {
  bash,
  zsh,
  fish,
};
