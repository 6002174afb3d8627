import { z } from 'zod';

import { RESTART_POLICIES } from './restart-policy.ts';

/** Checks a restart of a task. */
export const restartSchema = z
  .strictObject({
    policy: z.enum(RESTART_POLICIES),
    maxRetries: z.number().int().min(1).optional(),
    count: z.number().int().min(0).default(0),
    delayMs: z.number().int().min(0).optional(),
  })
  .refine(({ policy, maxRetries }) => maxRetries === undefined || policy === 'on-failure', {
    message: 'has an effect only with the policy on-failure',
    path: ['maxRetries'],
  });
