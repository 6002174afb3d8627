export { createFleetDriver, type FleetDriver, type FleetOptions, type FleetSources } from './fleet-driver.ts';
export type { FleetHost } from '../../model/fleet-host.ts';
