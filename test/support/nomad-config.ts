import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Ports of loopback for the two agents. */
export interface NomadPorts {
  readonly serverHttp: number;
  readonly rpc: number;
  readonly serf: number;
  readonly clientHttp: number;
}

interface ClientFacts {
  readonly base: string;
  readonly pluginDir: string;
  readonly ports: NomadPorts;
  /** Options of createDriver, for those of the plugin. */
  readonly plugin: {
    readonly rkt: string;
    readonly rktDir: string;
    readonly dataDir: string;
    readonly cgroupParent: string;
  };
  /** The network that ports of tasks belong to; loopback when absent. */
  readonly networkInterface?: string | undefined;
}

const LOOPBACK = `
log_level            = "DEBUG"
disable_update_check = true
bind_addr            = "127.0.0.1"

advertise {
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}
consul {
  auto_advertise   = false
  server_auto_join = false
  client_auto_join = false
}
`;

/** A server that talks to no one, and elects itself at once. */
export function nomadServerConfig(base: string, { serverHttp, rpc, serf }: NomadPorts): string {
  return `${LOOPBACK}
data_dir = "${base}/nomad-server"

ports {
  http = ${serverHttp}
  rpc  = ${rpc}
  serf = ${serf}
}
server {
  enabled          = true
  bootstrap_expect = 1
  raft_multiplier  = 1
}
`;
}

/** A client of that server, with the plugin as its only driver and everything of its below one directory. */
export function nomadClientConfig({
  base,
  pluginDir,
  ports,
  plugin,
  networkInterface = 'lo',
}: ClientFacts): string {
  return `${LOOPBACK}
data_dir   = "${base}/nomad"
plugin_dir = "${pluginDir}"

ports {
  http = ${ports.clientHttp}
}
client {
  enabled           = true
  servers           = ["127.0.0.1:${ports.rpc}"]
  network_interface = "${networkInterface}"
  cni_path          = "/usr/lib/cni"
  options = {
    "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean,consul,vault"
    "driver.allowlist"     = "rkt"
  }
}
plugin "rkt" {
  config {
    rkt_path      = "${plugin.rkt}"
    rkt_dir       = "${plugin.rktDir}"
    data_dir      = "${plugin.dataDir}"
    cgroup_parent = "${plugin.cgroupParent}"
  }
}
`;
}

/** Ports that no one listens on now. */
export async function freeNomadPorts(): Promise<NomadPorts> {
  const servers = Array.from({ length: 4 }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [serverHttp = 0, rpc = 0, serf = 0, clientHttp = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return { serverHttp, rpc, serf, clientHttp };
}
