/**
 * How current the values of a driver are. `stale`: since `sinceMs` (epoch, ms) nothing new has come, for the given
 * `reason`; the latest values stay. `closed`: the driver was shut down, or its source has ended.
 */
export type Connection =
  | { readonly state: 'live' }
  | { readonly state: 'stale'; readonly sinceMs: number; readonly reason?: string }
  | { readonly state: 'closed' };

export const LIVE: Connection = Object.freeze({ state: 'live' });
export const CLOSED: Connection = Object.freeze({ state: 'closed' });
