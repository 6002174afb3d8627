import type { Command } from 'commander';

/** A command with what can be completed after it, and described of it. */
export interface CommandNode {
  /** Without the program: `image build`; empty for the program itself. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** `<image> [arguments...]`. */
  readonly usage: string;
  readonly options: readonly {
    readonly flags: string;
    readonly words: readonly string[];
    readonly help: string;
  }[];
  readonly children: readonly CommandNode[];
  /** Its first argument is a task. */
  readonly takesTask: boolean;
}

/** The commands below a program, as they are: what completes and describes them follows every change. */
export function commandTree(command: Command, above: readonly string[] = []): CommandNode {
  const [first] = command.registeredArguments;
  return {
    path: above.join(' '),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: command.usage(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(({ flags, short, long, description }) => ({
        flags,
        words: [short, long].filter((word) => word !== undefined),
        help: description,
      })),
    children: command.commands.map((child) => commandTree(child, [...above, child.name()])),
    takesTask: first?.name() === 'id',
  };
}

/** A node and all below it. */
export function nodesOf(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}
