import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { DOCKER_HUB, canonicalRegistry } from './reference.ts';

/** Who asks a registry for images. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** Of `docker login` at a server of tokens: exchanged there for a token. */
  | { readonly kind: 'identity-token'; readonly token: string };

const HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_TIMEOUT_MS = 30_000;
const HELPER_BYTES = 1024 * 1024;
/** By which helpers mark a token that stands in the place of a password. */
const TOKEN_USER = '<token>';

const authSchema = z.looseObject({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
});

const configSchema = z.looseObject({
  auths: z.record(z.string(), authSchema).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
});

const helperSchema = z.looseObject({ Username: z.string(), Secret: z.string() });

/**
 * The credentials that `docker login` has left for a registry, in the file of `DOCKER_CONFIG` or `~/.docker`, or with the
 * helper that it names.
 *
 * @throws RktFailure without any value of it
 */
export async function dockerCredentials(
  ctx: Pick<RktContext, 'env' | 'stderr'>,
  registry: string,
): Promise<Credentials | undefined> {
  const config = readDockerConfig(ctx);
  if (config === undefined) return undefined;
  const helper = ofRegistry(config.credHelpers, registry) ?? config.credsStore ?? '';
  if (helper !== '') {
    const found = await askHelper(ctx, helper, registry);
    if (found !== undefined) return found;
  }
  const entry = ofRegistry(config.auths, registry);
  return entry && ofEntry(entry);
}

function readDockerConfig({ env }: Pick<RktContext, 'env'>): z.output<typeof configSchema> | undefined {
  const home = env['HOME'] ?? '';
  const dir = env['DOCKER_CONFIG'] ?? (home === '' ? '' : join(home, '.docker'));
  if (dir === '') return undefined;
  const path = join(dir, 'config.json');
  try {
    const result = configSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (result.success) return result.data;
    const places = result.error.issues.map((issue) => issue.path.map(String).join('.'));
    throw new RktFailure(`cannot read docker's configuration ${path}: not valid at ${places.join(', ')}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof RktFailure) throw error;
    // what JSON.parse says quotes the text
    const reason = error instanceof SyntaxError ? 'it is no JSON' : systemErrorText('open', path, error);
    throw new RktFailure(`cannot read docker's configuration ${path}: ${reason}`);
  }
}

/** Keys are hosts, or URLs with a path from the days of version 1. */
function ofRegistry<Value>(
  entries: Readonly<Record<string, Value>> | null | undefined,
  registry: string,
): Value | undefined {
  const keys = Object.keys(entries ?? {});
  const host = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  const found =
    keys.find((key) => key === registry) ?? keys.find((key) => canonicalRegistry(host(key)) === registry);
  return found === undefined ? undefined : entries?.[found];
}

function ofEntry({
  auth,
  username,
  password,
  identitytoken,
}: z.output<typeof authSchema>): Credentials | undefined {
  if (identitytoken) return { kind: 'identity-token', token: identitytoken };
  if (username) return { kind: 'password', user: username, password: password ?? '' };
  const text = Buffer.from(auth ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  return {
    kind: 'password',
    user: text.slice(0, colon),
    password: text.slice(colon + 1).replace(/\0+$/, ''),
  };
}

async function askHelper(
  ctx: Pick<RktContext, 'env' | 'stderr'>,
  helper: string,
  registry: string,
): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(helper))
    throw new RktFailure(
      `docker's configuration names ${JSON.stringify(helper)}, which is no credential helper`,
    );
  const program = `docker-credential-${helper}`;
  const answer = await runHelper(ctx, program, registry === DOCKER_HUB ? HUB_KEY : registry);
  if (answer === undefined) {
    ctx.stderr(`image: ${program} of docker's configuration is not installed; going on without it\n`);
    return undefined;
  }
  const { code, output } = answer;
  if (code !== 0 && /credentials not found/i.test(output)) return undefined;
  if (code !== 0)
    throw new RktFailure(
      `cannot get the credentials for ${registry}: ${program} ended with ${code ?? 'a signal'}`,
    );
  const parsed = helperSchema.safeParse(parseJson(output));
  if (!parsed.success)
    throw new RktFailure(`cannot get the credentials for ${registry}: ${program} printed no user and secret`);
  const { Username: user, Secret: password } = parsed.data;
  return user === TOKEN_USER
    ? { kind: 'identity-token', token: password }
    : { kind: 'password', user, password };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined when the program is not there. `execFile`, as `spawn` keeps its timer for a program that was never started. */
function runHelper(
  { env }: Pick<RktContext, 'env'>,
  program: string,
  input: string,
): Promise<{ readonly code: number | null; readonly output: string } | undefined> {
  const limits = { timeout: HELPER_TIMEOUT_MS, maxBuffer: HELPER_BYTES, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { env: { ...env }, ...limits }, (error, output) => {
      if (error === null) resolve({ code: 0, output });
      else if (error.code === 'ENOENT') resolve(undefined);
      else if (typeof error.code === 'number' || error.killed === true) {
        resolve({ code: typeof error.code === 'number' ? error.code : null, output });
      } else reject(new RktFailure(`cannot run ${program}: ${systemErrorText('exec', program, error)}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${input}\n`);
  });
}
