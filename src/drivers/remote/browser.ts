import { fetchTransport } from './fetch-transport.ts';
import { createDriverOver, type RemoteDriver, type RemoteOptions } from './remote-driver.ts';

export { isRktError, RktError } from '../../model/rkt-error.ts';

/** The same as in Node, over the fetch of a browser: there are no unix sockets. @throws RKT_ERR_OPTIONS */
export function createRemoteDriver(
  options: RemoteOptions & { readonly url: string; readonly token?: string | undefined },
): RemoteDriver {
  return createDriverOver(fetchTransport(options), options);
}
