import { RktError } from './rkt-error.ts';

/**
 * The methods of a driver that not every kind of driver has: they change tasks, the machine or the driver, or reveal what
 * is secret. Streams and look-ups are common to all kinds.
 */
export const DRIVER_OPS = [
  'startTask',
  'stopTask',
  'restartTask',
  'destroyTask',
  'signalTask',
  'execTask',
  'execTaskStreaming',
  'recoverTask',
  'taskSpec',
  'describeTask',
  'readTaskLog',
  'config',
  'setConfig',
  'audit',
  'lockAgent',
] as const;

export type DriverOp = (typeof DRIVER_OPS)[number];

/** The error of an op that a kind of driver does not have. Nothing has happened then. */
export function unsupportedOp(op: DriverOp, kind: string): RktError {
  return new RktError('RKT_ERR_UNSUPPORTED', `A ${kind} driver has no ${op}`);
}
