import { commandWords } from './secret-words.ts';

const NAME = /^RKT_STREAMS_ARGUMENT_\d+$/;

/** A command line of the embedded rkt that every user of the machine may read, and the variables that complete it. */
export interface ReferredWords {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Removes the secrets from a command line of the embedded rkt: each word that contains one becomes the name of a
 * variable. Only the user of a process and root can read its environment, but everyone can read its command line.
 */
export function referToSecrets(args: readonly string[]): ReferredWords {
  const env: Record<string, string> = {};
  const words = commandWords(args).map(({ text, secret }, index) => {
    if (secret === undefined) return text;
    const name = `RKT_STREAMS_ARGUMENT_${index}`;
    env[name] = text;
    return name;
  });
  return { words, env };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The inverse: the original command line, and the environment without the added variables. */
export function resolveWords(
  words: readonly string[],
  env: Environment,
): { readonly argv: readonly string[]; readonly env: Environment } {
  return {
    argv: words.map((word) => (NAME.test(word) ? (env[word] ?? word) : word)),
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !NAME.test(name))),
  };
}
