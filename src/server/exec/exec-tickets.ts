import { createHash, randomBytes } from 'node:crypto';

import type { SchedulerLike } from 'rxjs';

import type { Caller } from '../tokens/authorizer.ts';

/** Between the request for a ticket and the connection that it is for. */
const VALID_MS = 30_000;
/** Beyond that the oldest are dropped. */
const MAX_TICKETS = 256;

/** Tickets for one connection each: a WebSocket of a browser cannot send the token. */
export interface ExecTickets {
  issue(taskId: string, caller: Caller): { readonly ticket: string; readonly validMs: number };
  /** Who has got the ticket: once, for the task that it was issued for, while both it and the token of the caller are valid. */
  redeem(ticket: string, taskId: string): Caller | undefined;
}

interface Issued {
  readonly taskId: string;
  readonly caller: Caller;
  readonly untilMs: number;
}

export function createExecTickets(scheduler: SchedulerLike): ExecTickets {
  const issued = new Map<string, Issued>();
  return {
    issue(taskId, caller) {
      const ticket = randomBytes(24).toString('base64url');
      const [oldest] = issued.keys();
      if (issued.size >= MAX_TICKETS && oldest !== undefined) issued.delete(oldest);
      issued.set(keyOf(ticket), { taskId, caller, untilMs: scheduler.now() + VALID_MS });
      return { ticket, validMs: VALID_MS };
    },
    redeem(ticket, taskId) {
      const key = keyOf(ticket);
      const found = issued.get(key);
      issued.delete(key);
      if (found === undefined || found.taskId !== taskId || scheduler.now() > found.untilMs) return undefined;
      return found.caller.ended?.aborted === true ? undefined : found.caller;
    },
  };
}

/** Finding it by its hash takes the same time for every wrong ticket. */
function keyOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
