import { z } from 'zod';
import { plainIssues } from '../../model/plain-issues.ts';
import { readKind } from '../rkt-configuration.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, wrapFailure } from '../embedded-context.ts';
import { canonicalRegistry } from './reference.ts';

const mirrorSchema = z.strictObject({
  /** Where it answers; a path becomes the beginning of the image's name there. */
  url: z.string().refine(isEndpointUrl, 'expected http:// or https://, a host, and at most a path'),
  insecure: z.array(z.enum(['tls'])).default([]),
});

const registrySchema = z.strictObject({
  name: z.string().min(1),
  mirrors: z.array(mirrorSchema).default([]),
  /** True: the registry itself is never asked. */
  only: z.boolean().default(false),
  /** What may be left out towards the registry itself, credentials included. */
  insecure: z.array(z.enum(['http', 'tls'])).default([]),
});

const fileSchema = z.strictObject({
  rktKind: z.unknown(),
  rktVersion: z.unknown(),
  registries: z.array(registrySchema),
});

/** What `registries.d` says of one registry. */
export type RegistryConfig = z.output<typeof registrySchema>;

/** The directories of the configuration, the last one wins. */
export type ConfigDirs = Pick<RktContext, 'systemConfigDir' | 'localConfigDir' | 'userConfigDir'>;

/** All configuration directories, the one that wins last. */
export function configDirs(dirs: ConfigDirs): readonly string[] {
  return [dirs.systemConfigDir, dirs.localConfigDir, dirs.userConfigDir].filter((dir) => dir !== undefined);
}

/**
 * The last entry of `registries.d` for a registry.
 *
 * @throws RktFailure naming the place that is wrong
 */
export function registryConfig(dirs: ConfigDirs, registry: string): RegistryConfig | undefined {
  try {
    return configDirs(dirs)
      .flatMap((dir) => readKind(dir, 'registries').flatMap((entry) => parseEntry(entry, dir)))
      .findLast(({ name }) => canonicalRegistry(name) === registry);
  } catch (error) {
    throw wrapFailure(error, 'cannot get the configuration of registries');
  }
}

function parseEntry(entry: unknown, dir: string): readonly RegistryConfig[] {
  const result = fileSchema.safeParse(entry);
  if (!result.success) {
    const problems = plainIssues(result.error.issues).map(
      ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
    );
    throw new RktFailure(`${dir}/registries.d: ${problems.join('; ')}`);
  }
  const useless = result.data.registries.find(({ only, mirrors }) => only && mirrors.length === 0);
  if (useless === undefined) return result.data.registries;
  throw new RktFailure(`${dir}/registries.d: ${JSON.stringify(useless.name)} has "only" and no mirrors`);
}

function isEndpointUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}
