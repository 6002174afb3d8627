import type { Connection } from './driver-connection.ts';

/** A host of a fleet, and how current its values are. */
export interface FleetHost {
  readonly host: string;
  readonly connection: Connection;
}
