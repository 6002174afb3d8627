import { z } from 'zod';

import type { RecordedSilence } from '../../drivers/recorded/recorded-alert.ts';
import { matches, wholePattern } from '../../model/alert-matcher.ts';
import { parseWith } from '../../model/parse.ts';

/** Alerts that match are not delivered to receivers for a time. */
export type Silence = RecordedSilence;

export type SilenceState = 'pending' | 'active' | 'expired';

/** The longest silence: a year. */
const MAX_LENGTH_MS = 366 * 86_400_000;

export const matcherSchema = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z_]\w{0,63}$/, 'is not the name of a label'),
    value: z.string().max(512),
    isRegex: z.boolean().default(false),
    isEqual: z.boolean().default(true),
  })
  .refine(
    ({ value, isRegex }) => !isRegex || wholePattern(value) !== undefined,
    'is not a regular expression',
  );

export const silenceInputSchema = z.strictObject({
  matchers: z
    .array(matcherSchema)
    .min(1)
    .max(32)
    .refine(
      (matchers) => matchers.some((matcher) => !matches(matcher, {})),
      'would match every alert: one has to require a value',
    ),
  startsAtMs: z.number().nonnegative().optional(),
  /** This, or `durationMs`. */
  endsAtMs: z.number().nonnegative().optional(),
  durationMs: z.number().positive().max(MAX_LENGTH_MS).optional(),
  createdBy: z.string().max(200).default(''),
  comment: z.string().max(2_000).default(''),
});

/** @throws RKT_ERR_REQUEST */
export function parseSilence(input: unknown, nowMs: number): Omit<Silence, 'id'> {
  const timed = silenceInputSchema
    .refine(
      ({ endsAtMs, durationMs }) => (endsAtMs === undefined) !== (durationMs === undefined),
      'needs one of endsAtMs and durationMs',
    )
    .transform(({ startsAtMs = nowMs, endsAtMs, durationMs = 0, ...more }) => ({
      ...more,
      startsAtMs: Math.max(startsAtMs, nowMs),
      endsAtMs: endsAtMs ?? Math.max(startsAtMs, nowMs) + durationMs,
    }))
    .refine(({ startsAtMs, endsAtMs }) => endsAtMs > startsAtMs, 'ends before it begins')
    .refine(({ startsAtMs, endsAtMs }) => endsAtMs - startsAtMs <= MAX_LENGTH_MS, 'is longer than a year');
  return parseWith(timed, input, { what: 'silence', code: 'RKT_ERR_REQUEST' });
}

export function silenceState({ startsAtMs, endsAtMs }: Silence, nowMs: number): SilenceState {
  if (nowMs >= endsAtMs) return 'expired';
  return nowMs >= startsAtMs ? 'active' : 'pending';
}
