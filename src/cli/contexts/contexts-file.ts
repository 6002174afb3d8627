import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { RktError } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An agent by name. */
export interface AgentContext {
  /** `http:`, `https:` or `unix:`. */
  readonly url: string;
  readonly token?: string;
  /** Certificates in PEM that are trusted for it. */
  readonly ca?: string;
}

/** All contexts of a user, and the one that commands use without `--host`. */
export interface Contexts {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, AgentContext>>;
}

const NONE: Contexts = { contexts: {} };

/** `rkt-streams/contexts.json` below the configuration directory of the user. */
export function contextsPath(env: Environment): string {
  const base = env['XDG_CONFIG_HOME'];
  return join(
    base === undefined || base === '' ? join(homedir(), '.config') : base,
    'rkt-streams',
    'contexts.json',
  );
}

/** Empty without a file. @throws RKT_ERR_OPTIONS for a file that other users may read, or that cannot be read */
export function readContexts(env: Environment): Contexts {
  const path = contextsPath(env);
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0)
      throw new TypeError('other users may read it, and it holds tokens; use chmod 600');
    return contextsOf(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    // Node quotes what stands around a fault of JSON, which can be a token.
    const why = error instanceof SyntaxError ? 'it is not JSON' : reasonOf(error);
    throw new RktError('RKT_ERR_OPTIONS', `The contexts in ${path} cannot be used: ${why}`);
  }
}

function contextsOf(value: unknown): Contexts {
  const { current, contexts } = objectOf(value);
  const entries = Object.entries(objectOf(contexts ?? {})).map(([name, one]) => {
    const { url, token, ca } = objectOf(one);
    if (typeof url !== 'string') throw new TypeError(`${JSON.stringify(name)} has no url`);
    return [
      name,
      { url, ...(typeof token === 'string' && { token }), ...(typeof ca === 'string' && { ca }) },
    ] as const;
  });
  return { ...(typeof current === 'string' && { current }), contexts: Object.fromEntries(entries) };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError('it does not contain the object that is expected');
}
