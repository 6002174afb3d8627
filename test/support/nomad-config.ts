import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

interface AgentFacts {
  readonly base: string;
  readonly pluginDir: string;
  /** HTTP, RPC and gossip. */
  readonly ports: readonly number[];
  readonly plugin: {
    readonly rkt: string;
    readonly rktDir: string;
    readonly dataDir: string;
    readonly cgroupParent: string;
  };
  /** What `nomad version` prints. */
  readonly version: string;
}

/** An agent that talks to nobody but itself, elects itself at once, and keeps everything below one directory. */
export function nomadConfig({ base, pluginDir, ports, plugin, version }: AgentFacts): string {
  const [http, rpc, serf] = ports;
  // From 1.1 on the agent makes a cgroup for its cpusets, and takes this name for it.
  const hasCgroup = !/^Nomad v1\.0\./.test(version);
  return `
log_level            = "DEBUG"
disable_update_check = true
data_dir             = "${base}/nomad"
plugin_dir           = "${pluginDir}"
bind_addr            = "127.0.0.1"

ports {
  http = ${http}
  rpc  = ${rpc}
  serf = ${serf}
}
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
server {
  enabled          = true
  bootstrap_expect = 1
  raft_multiplier  = 1
}
client {
  enabled           = true
  network_interface = "lo"
  ${hasCgroup ? `cgroup_parent = "/${agentCgroup(plugin.cgroupParent)}"` : ''}
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

/** Where an agent keeps its own cgroups, beside those of the tasks. */
export function agentCgroup(cgroupParent: string): string {
  return `${cgroupParent}-agent`;
}

/** Ports of loopback that nobody listens on now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
