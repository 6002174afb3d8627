import { z } from 'zod';
import { readKind } from '../rkt-configuration.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, wrapFailure } from '../embedded-context.ts';
import type { Credentials } from './docker-config.ts';
import { dockerCredentials } from './docker-config.ts';
import type { ConfigDirs } from './registries-config.ts';
import { configDirs } from './registries-config.ts';
import { canonicalRegistry } from './reference.ts';

const entrySchema = z.looseObject({
  registries: z.array(z.string()).min(1),
  credentials: z.looseObject({ user: z.string().min(1), password: z.string() }),
});

/**
 * The credentials for a registry: of `auth.d`, the local directory before the system's, else those of `docker login`.
 *
 * @param registry host, with its port if it has one
 * @throws RktFailure when something of it cannot be read; no message has a value in it
 */
export async function credentialsFor(ctx: RktContext, registry: string): Promise<Credentials | undefined> {
  return ofAuthDirectory(ctx, registry) ?? (await dockerCredentials(ctx, registry));
}

function ofAuthDirectory(dirs: ConfigDirs, registry: string): Credentials | undefined {
  try {
    const found = configDirs(dirs)
      .flatMap((dir) => readKind(dir, 'auth').map((entry) => ({ dir, entry })))
      .filter(({ entry }) => entry['rktKind'] === 'dockerAuth')
      .map(({ dir, entry }) => parseEntry(dir, entry))
      .findLast(({ registries }) => registries.some((name) => canonicalRegistry(name) === registry));
    return found && { kind: 'password', ...found.credentials };
  } catch (error) {
    throw wrapFailure(error, 'cannot get the credentials of registries');
  }
}

function parseEntry(dir: string, entry: unknown): z.output<typeof entrySchema> {
  const result = entrySchema.safeParse(entry);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path }) => path.map(String).join('.'));
  throw new RktFailure(
    `${dir}/auth.d: an entry of kind dockerAuth is not valid at ${places.join(', ')}; it needs registries (a list of names) and credentials with user and password`,
  );
}
