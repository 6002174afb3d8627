import { RUNTIME_DIR } from './runtime-dir.ts';
import { parseNetworkConfig, type NetworkConfig, type PluginConfig } from './network-config.ts';

/** The two networks that rkt brings along, in its own words. */
const TEXTS: Readonly<Record<string, string>> = {
  '99-default.conf': `{
	"cniVersion": "0.1.0",
	"name": "default",
	"type": "ptp",
	"ipMasq": true,
	"ipam": {
		"type": "host-local",
		"subnet": "172.16.28.0/24",
		"routes": [
			{ "dst": "0.0.0.0/0" }
		]
	}
}
`,
  '99-default-restricted.conf': `{
	"cniVersion": "0.1.0",
	"name": "default-restricted",
	"type": "ptp",
	"ipMasq": false,
	"ipam": {
		"type": "host-local",
		"subnet": "172.31.0.0/16"
	}
}
`,
};

/**
 * The built-in networks. Their leases are kept where a reboot clears them: the pods that hold them do not survive it
 * either.
 */
export function builtinNetworks(): readonly NetworkConfig[] {
  return Object.entries(TEXTS).map(([file, text]) => {
    const network = parseNetworkConfig(file, text);
    return { ...network, plugins: network.plugins.map(withLeases) };
  });
}

function withLeases(plugin: PluginConfig): PluginConfig {
  return { ...plugin, ipam: { ...(plugin['ipam'] as object), dataDir: `${RUNTIME_DIR}/leases` } };
}
