import type { Command } from 'commander';

import { exitCodeOfSignal } from './exit-codes.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import type { Session } from './command-session.ts';
import type { Driver } from '../driver-interface.ts';
import { terminalSizes } from './outer-terminal.ts';
import { withOwnOrAgent } from './with-driver.ts';

interface ExecFlags {
  readonly tty?: boolean;
}

/** `rkt-streams exec ID -- COMMAND…`: runs a command in a task. */
export function execCommand(program: Command): void {
  const command = program
    .command('exec')
    .description(
      'Runs a command in a running task, connected to standard input, output and error, and exits with its exit code. ' +
        'An interrupt kills the command; with --tty, Ctrl-C is passed to the command instead.',
    )
    .argument('<id>', 'id or name of a task, or a unique prefix of either')
    .argument('<command...>', "the command: a path in the image, or a name in the app's PATH")
    .option('-i, --interactive', 'connect standard input; it always is')
    .option('-t, --tty', 'allocate a terminal')
    .action((id: string, cmd: string[], flags: ExecFlags, self: Command) =>
      withOwnOrAgent(self, {
        own: (session) => exec(session, id, cmd, flags),
        agent: (session) => exec(session, id, cmd, flags),
      }),
    );
  withExamples(command, [
    ['exec web ps aux', 'List the processes'],
    ['exec -it web sh', 'Open a shell'],
    ['exec db /bin/sh -c "cat >/restore.sql" <dump.sql', 'Send a file'],
  ]);
}

async function exec(
  session: Session & { readonly driver: Pick<Driver, 'execTaskStreaming'> },
  wanted: string,
  cmd: readonly string[],
  { tty = false }: ExecFlags,
): Promise<number> {
  const { driver, interrupt } = session;
  const [id = wanted] = await findTaskIds(session, [wanted]);
  const { stdin, stdout, stderr } = process;
  const isRaw = tty && stdin.isTTY;
  if (isRaw) stdin.setRawMode(true);
  try {
    const { exitCode } = await driver.execTaskStreaming(id, {
      cmd,
      tty,
      stdin,
      stdout,
      stderr,
      signal: interrupt.signal,
      lingerMs: 0,
      ...(tty && stdout.isTTY && { resize: terminalSizes() }),
    });
    return codeOfInterrupt(interrupt.received()) ?? exitCode;
  } catch (error) {
    const code = codeOfInterrupt(interrupt.received());
    if (code === undefined) throw error;
    return code;
  } finally {
    if (isRaw) stdin.setRawMode(false);
    // Otherwise a pending read keeps the process alive.
    stdin.destroy();
  }
}

function codeOfInterrupt(signal: NodeJS.Signals | undefined): number | undefined {
  return signal === undefined ? undefined : exitCodeOfSignal(signal);
}
