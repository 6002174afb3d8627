import { realpathSync } from 'node:fs';
import { basename } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { hostTool, quote } from './shell.ts';

/** What neither a shell nor `env --split-string` reads as anything but itself. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Values that a launch script hands on to the app without a command line that holds them.
 *
 * They travel in variables of the launcher, whose environment only its user and root can read. What becomes the
 * app (become-app.pl, else GNU env) expands `${…}` itself: so it sets names that a shell cannot export or keeps for itself.
 */
export class SecretWords {
  readonly #values: string[] = [];

  /** A reference to the value, for double quotes of a shell and for {@link execLine}. */
  refer(value: string): string {
    this.#values.push(value);
    return `\${RKT_${this.#values.length - 1}}`;
  }

  /** `NAME=value` with a reference for the value. */
  variable(pair: string): string {
    const at = pair.indexOf('=') + 1;
    return `${pair.slice(0, at)}${this.refer(pair.slice(at))}`;
  }

  /** Lines for a script that is no argument of its shell; they come before every use of a reference. */
  get exports(): readonly string[] {
    return this.#values.map((value, index) => `export RKT_${index}=${quote(value)}`);
  }
}

/** A command that ends as another one. */
export interface ExecOrder {
  /** The whole environment, made by {@link SecretWords.variable}. */
  readonly variables: readonly string[];
  /** The host's tools and their options. */
  readonly launcher: readonly string[];
  /** The app's program and its arguments. */
  readonly argv: readonly string[];
}

/**
 * The words that execute an order.
 *
 * @throws RktFailure when the host's env cannot do that
 */
export function execWords(ctx: RktContext, secrets: SecretWords, order: ExecOrder): readonly string[] {
  const plain = (word: string): string => plainOrReference(secrets, word);
  const [program = '', ...args] = order.argv;
  const words = [...order.launcher.map(plain), plain(program), ...args.map((arg) => secrets.refer(arg))];
  return [splittingEnv(ctx), '-S', ['-i', ...order.variables, ...words].join(' ')];
}

/** A word as it is where nothing can misread it, else a reference to it. */
export function plainOrReference(secrets: SecretWords, word: string): string {
  return PLAIN.test(word) ? word : secrets.refer(word);
}

/** The path of GNU env: that of BusyBox has no -S. */
function splittingEnv({ env }: RktContext): string {
  const path = hostTool(env, 'env');
  if (basename(realpathSync(path)) !== 'busybox') return path;
  throw new RktFailure(`${path} is that of BusyBox: please install coreutils (8.30 or newer)`);
}
