export { isRktError, RktError } from '../../model/rkt-error.ts';
export type { Connection } from '../../model/driver-connection.ts';
export type { AgentAddress } from './node-transport.ts';
export type { AgentAlert } from './remote-alerts.ts';
export type { RemoteDriver, RemoteOptions } from './remote-driver.ts';
export type { Missed } from './remote-link.ts';
export { createRemoteDriver, type RemoteDriverOptions } from './connect-remote.ts';
