export { createFleetDriver, type FleetDriver, type FleetOptions } from './fleet-driver.ts';
export type { FleetHost } from './host-states.ts';
