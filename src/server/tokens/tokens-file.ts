import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { z } from 'zod';

import { jsonFault } from '../../model/json-fault.ts';
import { parseWith } from '../../model/parse.ts';
import { readSecret, unusableTokens } from './agent-token.ts';

/** What a token permits: GET, HEAD and streams; or everything. */
export const RIGHTS = ['read', 'write'] as const;
export type Right = (typeof RIGHTS)[number];

/** The label of the token in `agent-token`. */
export const AGENT_LABEL = 'agent';

const LABEL = /^\w[\w.-]{0,63}$/;

const entrySchema = z.strictObject({
  label: z
    .string()
    .refine(
      isTokenLabel,
      'is not a name of letters, digits, dots, dashes and underscores, other than "agent"',
    ),
  right: z.enum(RIGHTS),
  /** Of the token, in hexadecimal: a copy of the file gives no access. */
  sha256: z.string().regex(/^[\da-f]{64}$/, 'is not a SHA-256 hash in hexadecimal'),
  /** Until when it is valid. */
  expires: z.iso.datetime({ offset: true }).optional(),
});
const fileSchema = z.strictObject({
  tokens: z.array(entrySchema).superRefine((entries, issues) => {
    for (const key of ['label', 'sha256'] as const) {
      const values = entries.map((entry) => entry[key]);
      const index = values.findIndex((value, at) => values.indexOf(value) !== at);
      if (index >= 0)
        issues.addIssue({ code: 'custom', path: [index, key], message: 'is there twice in the file' });
    }
  }),
});

/** False for the label of `agent-token` too. */
export function isTokenLabel(text: string): boolean {
  return LABEL.test(text) && text !== AGENT_LABEL;
}

/** A token as it is kept: without the token. */
export type TokenEntry = z.output<typeof entrySchema>;

/** Where the tokens of an agent are, unless it is configured otherwise. */
export function defaultTokensPath(dataDir: string): string {
  return join(dataDir, 'agent-tokens.json');
}

/**
 * The tokens of a file; undefined when there is none.
 *
 * @throws RKT_ERR_TOKEN_FILE when others may read it, or when it holds something else; RKT_ERR_PERMISSION
 */
export function readTokensFile(path: string): readonly TokenEntry[] | undefined {
  const text = readSecret(path);
  if (text === undefined) return undefined;
  const what = `The token file ${path}`;
  return parseWith(fileSchema, parsed(path, text), { what, code: 'RKT_ERR_TOKEN_FILE' }).tokens;
}

/** The text of the file, checked as the agent will check it. @throws RKT_ERR_TOKEN_FILE */
export function tokensText(tokens: readonly TokenEntry[]): string {
  const checked = parseWith(fileSchema, { tokens }, { what: 'The tokens', code: 'RKT_ERR_TOKEN_FILE' });
  return `${JSON.stringify(checked, undefined, 2)}\n`;
}

/** A token has 256 random bits, so that a plain hash of it cannot be reversed by guessing. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Node quotes what stands around a fault.
    throw unusableTokens(path, new Error(jsonFault(error as SyntaxError)));
  }
}
