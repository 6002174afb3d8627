import type { PodAddress } from './cni-result.ts';

/** Our chain in the table `filter`: the traffic of pods that hosts with a dropping FORWARD policy must accept. */
export const FORWARD_CHAIN = 'RKT-STREAMS-FORWARD';

/** What of a pod's traffic has to be let through. */
export interface ForwardedPod {
  readonly uuid: string;
  readonly addresses: readonly PodAddress[];
  /** The pod may reach what is beyond the host. */
  readonly masquerades: boolean;
  /** Ports of the host lead into the pod. */
  readonly hasPorts: boolean;
}

/** True where something in FORWARD drops packets that nothing has accepted before. */
export function dropsForwarded(filter: readonly string[]): boolean {
  return filter.some((line) => /^:FORWARD (?!ACCEPT)|^-A FORWARD .*-j (DROP|REJECT)\b/.test(line));
}

/** Lines for `iptables-restore` that let a pod through; none where FORWARD lets everything through. */
export function acceptLines(filter: readonly string[], pod: ForwardedPod): readonly string[] {
  const rules = pod.addresses.flatMap(({ ip }) => acceptRules(ip, pod));
  if (rules.length === 0 || !dropsForwarded(filter)) return [];
  const jump = `-j ${FORWARD_CHAIN}`;
  return [
    // A line that declares a chain would empty one that is there already.
    ...(filter.some((line) => line.startsWith(`:${FORWARD_CHAIN} `)) ? [] : [`:${FORWARD_CHAIN} - [0:0]`]),
    ...(filter.some((line) => line.startsWith('-A FORWARD ') && line.endsWith(jump))
      ? []
      : [`-I FORWARD 1 ${jump}`]),
    ...rules,
  ];
}

function acceptRules(ip: string, { uuid, masquerades, hasPorts }: ForwardedPod): readonly string[] {
  if (!masquerades && !hasPorts) return [];
  const rule = (match: string): string =>
    `-A ${FORWARD_CHAIN} ${match} -m comment --comment "${comment(uuid)}" -j ACCEPT`;
  const answers = 'RELATED,ESTABLISHED';
  return [
    rule(masquerades ? `-s ${ip}` : `-s ${ip} -m conntrack --ctstate ${answers}`),
    rule(`-d ${ip} -m conntrack --ctstate ${hasPorts ? `${answers},DNAT` : answers}`),
  ];
}

const comment = (uuid: string): string => `rkt pod ${uuid}`;

/** Lines that take a pod's rules away, and the chain with the last of them. */
export function revokeLines(filter: readonly string[], uuid: string): readonly string[] {
  const ours = filter.filter((line) => line.startsWith(`-A ${FORWARD_CHAIN} `));
  const own = ours.filter((line) => line.includes(comment(uuid)));
  const lines = own.map((line) => line.replace(/^-A/, '-D'));
  if (own.length < ours.length || !filter.some((line) => line.startsWith(`:${FORWARD_CHAIN} `))) return lines;
  const jumps = filter.filter(
    (line) => line.startsWith('-A FORWARD ') && line.endsWith(`-j ${FORWARD_CHAIN}`),
  );
  return [...lines, ...jumps.map((line) => line.replace(/^-A/, '-D')), `-X ${FORWARD_CHAIN}`];
}
