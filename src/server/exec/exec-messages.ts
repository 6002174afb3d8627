import { z } from 'zod';

import type { ExecRequest } from '../../model/exec-protocol.ts';
import { plainIssues } from '../../model/plain-issues.ts';
import { RktError } from '../../model/rkt-error.ts';

/** A terminal may say that it does not know: 0. */
const cells = z.number().int().min(0).max(10_000);
const size = z.strictObject({ rows: cells, columns: cells });

const requestSchema: z.ZodType<ExecRequest> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    cmd: z.array(z.string()).min(1).max(4_096),
    tty: z.boolean().optional(),
    stdin: z.boolean().optional(),
    lingerMs: z.number().int().min(0).max(2_147_483_647).optional(),
    size: size.optional(),
  }),
  z.strictObject({ type: z.literal('resize'), rows: cells, columns: cells }),
  z.strictObject({ type: z.literal('end') }),
  z.strictObject({ type: z.literal('kill') }),
  z.strictObject({
    type: z.literal('taken'),
    stream: z.enum(['stdout', 'stderr']),
    bytes: z.number().int().min(0),
  }),
]);

/** A text message of a client. @throws RKT_ERR_REQUEST, which repeats nothing of the message: it may hold secrets */
export function execRequestOf(text: string): ExecRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RktError('RKT_ERR_REQUEST', 'A message of the exec is no JSON', { cause });
  }
  const result = requestSchema.safeParse(value);
  if (result.success) return result.data;
  const paths = plainIssues(result.error.issues).map(({ path }) => path.map(String).join('.') || 'type');
  throw new RktError('RKT_ERR_REQUEST', `A message of the exec is not valid: ${paths.join(', ')}`);
}
