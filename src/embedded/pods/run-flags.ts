import type { FlagSpec, Flags } from '../command-line/args.ts';
import { RktFailure } from '../embedded-context.ts';
import { parseNetList } from '../net/net-list.ts';

/** Flags that run and run-prepared share; `help` has the texts in which they differ. */
export function runFlags(help: {
  readonly interactive: string;
  readonly mdsRegister: string;
  readonly net: string;
}) {
  const flags: readonly FlagSpec[] = [
    {
      name: 'dns',
      kind: 'list',
      help: "name servers to write in /etc/resolv.conf. Pass 'host' to use host's resolv.conf. Pass 'none' to ignore CNI DNS config",
    },
    { name: 'dns-domain', kind: 'string', help: 'DNS domain to write in /etc/resolv.conf' },
    { name: 'dns-opt', kind: 'list', help: 'DNS options to write in /etc/resolv.conf' },
    { name: 'dns-search', kind: 'list', help: 'DNS search domains to write in /etc/resolv.conf' },
    { name: 'hostname', kind: 'string', help: 'pod\'s hostname. If empty, it will be "rkt-$PODUUID"' },
    {
      name: 'hosts-entry',
      kind: 'list',
      help: "Entries to add to the pod-wide /etc/hosts. Pass 'host' to use the host's /etc/hosts",
    },
    { name: 'interactive', kind: 'bool', help: help.interactive },
    {
      name: 'ipc',
      kind: 'string',
      help: 'whether to stay in the host IPC namespace. Syntax: --ipc=[auto|private|parent]',
    },
    { name: 'mds-register', kind: 'bool', help: help.mdsRegister },
    {
      name: 'net',
      kind: 'value',
      default: 'default',
      noOptDefault: 'default',
      help: `configure the pod's networking. Optionally, pass a list of user-configured networks to load and set arguments to pass to each network, respectively. Syntax: ${help.net}`,
      check: netProblem,
    },
  ];
  return flags;
}

/** What is wrong with a `--net` value: `NAME[:ARGS][,NAME…]`. */
export function netProblem(text: string): string | undefined {
  const list = parseNetList(text);
  return typeof list === 'string' ? list : undefined;
}

/** Ports need a network of the pod's own. @throws RktFailure */
export function checkPortsAllowed(flags: Flags): void {
  if (!flags.isSet('port')) return;
  const name = flags
    .string('net')
    .split(',')
    .find((entry) => ['host', 'none'].includes(entry));
  if (name !== undefined) throw new RktFailure(`--port flag does not work with '${name}' networking`);
}
