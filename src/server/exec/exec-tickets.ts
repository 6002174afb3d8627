import { createHash, randomBytes } from 'node:crypto';

import type { SchedulerLike } from 'rxjs';

/** Between the request for a ticket and the connection that it is for. */
const VALID_MS = 30_000;
/** Beyond that the oldest are dropped. */
const MAX_TICKETS = 256;

/** Tickets for one connection each: a WebSocket of a browser cannot send the token. */
export interface ExecTickets {
  issue(taskId: string): { readonly ticket: string; readonly validMs: number };
  /** True once, for the task that the ticket was issued for, while it is valid. */
  redeem(ticket: string, taskId: string): boolean;
}

export function createExecTickets(scheduler: SchedulerLike): ExecTickets {
  const issued = new Map<string, { readonly taskId: string; readonly untilMs: number }>();
  return {
    issue(taskId) {
      const ticket = randomBytes(24).toString('base64url');
      const [oldest] = issued.keys();
      if (issued.size >= MAX_TICKETS && oldest !== undefined) issued.delete(oldest);
      issued.set(keyOf(ticket), { taskId, untilMs: scheduler.now() + VALID_MS });
      return { ticket, validMs: VALID_MS };
    },
    redeem(ticket, taskId) {
      const key = keyOf(ticket);
      const found = issued.get(key);
      issued.delete(key);
      return found !== undefined && found.taskId === taskId && scheduler.now() <= found.untilMs;
    },
  };
}

/** Finding it by its hash takes the same time for every wrong ticket. */
function keyOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
