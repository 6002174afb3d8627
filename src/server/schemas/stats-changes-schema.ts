import { z } from '@hono/zod-openapi';

const position = z.number().int().nonnegative();

/** {@link StatsChanges} of `model/stats-changes.ts` for the description of the API. */
export const statsChangesSchema = z
  .strictObject({
    seq: position.openapi({ description: 'One more than that of the previous event' }),
    timeMs: z.number().openapi({ description: 'When the samples were sent' }),
    full: z.literal(true).optional().openapi({ description: 'The event does not refer to an earlier one' }),
    fields: z
      .array(z.union([position, z.string()]))
      .optional()
      .openapi({ description: 'The number of the first one, and paths that are used for the first time' }),
    values: z.array(z.unknown()).optional().openapi({
      description: 'The number of the first one, and texts and lists that are used for the first time',
    }),
    left: z.array(position).optional().openapi({ description: 'Tasks without a sample, in the list before' }),
    added: z
      .array(z.union([position, z.string()]))
      .optional()
      .openapi({ description: 'New tasks, each after its position in the new list' }),
    times: z.array(z.number()).openapi({
      description: 'timestampMs less timeMs, each followed by the number of samples in a row that have it',
    }),
    rows: z.array(z.array(z.unknown())).openapi({
      description: 'The position of a task, then pairs of a field and its value; see the documentation',
    }),
  })
  .openapi('StatsChanges');
