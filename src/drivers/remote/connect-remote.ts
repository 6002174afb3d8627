import { nodeTransport, type AgentAddress } from './node-transport.ts';
import { createDriverOver, type RemoteDriver, type RemoteOptions } from './remote-driver.ts';

/** The unix socket or the URL of an agent, with its token, and how to deal with it. */
export type RemoteDriverOptions = AgentAddress & RemoteOptions;

/**
 * Creates a driver for the tasks of an agent, on this machine or another one. It connects at the first op or subscription.
 *
 * @throws RKT_ERR_OPTIONS for a URL that is none of HTTP
 * @example
 * const remote = createRemoteDriver({ url: 'https://node-1.example.com:9477', token: process.env['TOKEN'] });
 * remote.connection().subscribe((connection) => console.log(connection.state));
 */
export function createRemoteDriver(options: RemoteDriverOptions): RemoteDriver {
  return createDriverOver(nodeTransport(options), options);
}
