/** What lasts as long as the machine is up: leases of the built-in networks, claims of host ports. */
export const RUNTIME_DIR = '/run/rkt-streams/net';
