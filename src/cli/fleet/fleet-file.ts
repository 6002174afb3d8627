import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { z } from 'zod';

import { agentUrl } from '../../drivers/remote/agent-url.ts';
import { jsonFault } from '../../model/json-fault.ts';
import { parseWith } from '../../model/parse.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { FoundHost, HostSearch } from './found-host.ts';

const fileSchema = z.strictObject({
  hosts: z.array(
    z.strictObject({
      name: z.string().regex(/^[^\s/]+$/, 'is not a name without slash and white space'),
      url: z.string().superRefine((url, issues) => {
        const problem = urlProblem(url);
        if (problem !== undefined) issues.addIssue({ code: 'custom', message: problem });
      }),
      tokenFile: z.string().min(1).optional(),
      caFile: z.string().min(1).optional(),
    }),
  ),
});

function urlProblem(url: string): string | undefined {
  if (url.startsWith('unix:///')) return undefined;
  try {
    agentUrl(url);
    return undefined;
  } catch (error) {
    return error instanceof RktError ? error.what : reasonOf(error);
  }
}

/** The hosts that a file lists. Relative paths of tokens begin in its directory. */
export function fileSearch(path: string): HostSearch {
  return {
    async find() {
      const { hosts } = parseWith(fileSchema, await readJson(path), {
        what: `The hosts of the fleet in ${path}`,
        code: 'RKT_ERR_OPTIONS',
      });
      const names = hosts.map(({ name }) => name);
      const doubled = names.find((name, index) => names.indexOf(name) !== index);
      if (doubled !== undefined)
        throw unusable(path, `it has two hosts with the name ${JSON.stringify(doubled)}`);
      return hosts.map(({ name, url, tokenFile, caFile }): FoundHost => ({
        ...{ name, url },
        ...(tokenFile !== undefined && { tokenFile: resolve(dirname(path), tokenFile) }),
        ...(caFile !== undefined && { caFile: resolve(dirname(path), caFile) }),
      }));
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw unusable(path, error instanceof SyntaxError ? jsonFault(error) : reasonOf(error));
  }
}

function unusable(path: string, why: string): RktError {
  return new RktError('RKT_ERR_OPTIONS', `The hosts of the fleet in ${path} cannot be read: ${why}`);
}
