import { RktFailure, type RktContext } from '../embedded-context.ts';
import { appLauncher, type AppProcess } from './app-command.ts';
import { execWords, plainOrReference, type SecretWords } from './exec-line.ts';
import { isLoaderVariable } from './loader-variables.ts';
import { perlProgram } from './perl-program.ts';
import type { Privileges } from './privileges.ts';
import { findHostTool } from './shell.ts';

/** What the launcher becomes. */
export interface AppOrder {
  readonly privileges: Privileges;
  readonly process: AppProcess;
  /** The whole environment, made by {@link SecretWords.variable}. */
  readonly variables: readonly string[];
  readonly argv: readonly string[];
  /** Stands before the message of what goes wrong now. */
  readonly label: string;
}

/**
 * The words that turn the launcher into the app.
 *
 * Perl does it in one process, so that the app's environment acts on no program of the host. Without Perl the tools of
 * util-linux run with that environment, as root: variables that the dynamic loader or libc would follow are refused then.
 *
 * @throws RktFailure when the host has no safe way
 */
export function becomeApp(ctx: RktContext, secrets: SecretWords, order: AppOrder): readonly string[] {
  const launcher = appLauncher(ctx, order.privileges, order.process);
  const perl = findHostTool(ctx.env, 'perl');
  if (perl === undefined) {
    refuseLoaderVariables(order.variables);
    return execWords(ctx, secrets, { ...order, launcher });
  }
  const { root, workingDir, credentials } = order.process;
  const { uid, gid, groups } = credentials;
  const identity = order.privileges === 'root' ? [String(uid), String(gid), groups.join(',')] : ['', '', ''];
  const [program = '', ...args] = order.argv;
  const plain = (word: string): string => plainOrReference(secrets, word);
  return [
    ...[perl, '-C0', '-e', perlProgram('become-app'), '--'],
    ...[order.label, plain(root), plain(workingDir), ...identity],
    ...[String(order.variables.length), ...order.variables],
    ...[plain(program), ...args.map((arg) => secrets.refer(arg))],
  ];
}

function refuseLoaderVariables(variables: readonly string[]): void {
  const names = variables.map((pair) => pair.slice(0, pair.indexOf('='))).filter(isLoaderVariable);
  if (names.length === 0) return;
  throw new RktFailure(
    `cannot set ${names.join(', ')} for the app: without perl the variable would act on the host's own tools, which ` +
      'run as root; please install perl, or leave the variable out',
  );
}
