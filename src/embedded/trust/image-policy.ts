import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { plainIssues } from '../../model/plain-issues.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { JsonSyntaxFailure, parseGoJson } from '../go-json.ts';
import { configDirs, type ConfigDirs } from '../registry/registries-config.ts';

/** Text in which `*` stands for any characters. */
const pattern = z.string().min(1);
const ruleSchema = z
  .strictObject({
    /** Of a `docker://` image: `registry.example.com:5000`, `docker.io`. */
    registry: pattern.optional(),
    /** In that registry: `team/*`. */
    repository: pattern.optional(),
    /** Of an ACI: `example.com/team/*`. */
    name: pattern.optional(),
    /** Of the manifest of a `docker://` image, or of the index it was named by. */
    digest: z
      .string()
      .regex(
        /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/,
        'expected sha256: with 64 digits, or sha512: with 128',
      )
      .optional(),
    /** Of an image in the store. */
    id: z
      .string()
      .regex(/^sha512-[0-9a-f]{64}$/, 'expected sha512- with 64 digits')
      .optional(),
  })
  .refine((rule) => Object.keys(rule).length > 0, 'expected one of registry, name, digest and id')
  .refine(({ registry, repository }) => repository === undefined || registry !== undefined, {
    path: ['repository'],
    error: 'needs a registry beside it',
  });

const policySchema = z.strictObject({
  rktKind: z.literal('imagePolicy'),
  rktVersion: z.literal('v1'),
  allow: z.array(ruleSchema).optional(),
  deny: z.array(ruleSchema).default([]),
});

/** Which images one file lets run. */
export interface ImagePolicy extends Pick<z.output<typeof policySchema>, 'allow' | 'deny'> {
  readonly file: string;
}

/** One entry of `allow` or `deny`: what it names has to be so. */
export type PolicyRule = z.output<typeof ruleSchema>;

/**
 * The policies of `policy.d/*.json` in all configuration directories.
 *
 * @throws RktFailure naming file and place of what cannot be read: without its policy nothing runs
 */
export function readPolicies(dirs: ConfigDirs): readonly ImagePolicy[] {
  return configDirs(dirs).flatMap((dir) => policyFiles(join(dir, 'policy.d')).map(readPolicy));
}

function policyFiles(dir: string): readonly string[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(dir, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(systemErrorText('open', dir, error));
  }
}

function readPolicy(file: string): ImagePolicy {
  const result = policySchema.safeParse(parsed(file));
  if (result.success) return { file, ...result.data };
  const problems = plainIssues(result.error.issues).map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  );
  throw unreadable(`${file}: ${problems.join('; ')}`);
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(systemErrorText('open', file, error));
  }
  try {
    return parseGoJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxFailure)) throw error;
    const line = Buffer.from(text).subarray(0, error.offset).toString().split('\n').length;
    throw unreadable(`${file}, line ${line}: ${error.message}`);
  }
}

function unreadable(why: string): RktFailure {
  return new RktFailure(`cannot read the image policy: ${why}; correct or remove the file`);
}
