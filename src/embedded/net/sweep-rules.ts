import type { RktContext } from '../embedded-context.ts';
import { acceptLines, revokeLines, type ForwardedPod } from './forward-chain.ts';
import { changeRules, FAMILIES, savedRules, type Family } from './netfilter.ts';

/** A chain that a CNI plugin makes for one pod, named by a hash. */
const POD_CHAIN = /-j (CNI-(?:DN-)?[0-9a-f]{16,})$/;

/**
 * Lines for `iptables-restore` that take away what plugins have left in the table `nat` for a pod: one whose namespace
 * is gone when DEL is called leaves its masquerading. Their rules carry the pod's id in a comment.
 */
export function leftoverLines(nat: readonly string[], uuid: string): readonly string[] {
  const own = nat.filter((line) => line.startsWith('-A ') && line.includes(`id: \\"${uuid}\\"`));
  const chains = [...new Set(own.flatMap((line) => POD_CHAIN.exec(line)?.[1] ?? []))];
  const isInChain = (line: string): boolean => chains.some((chain) => line.startsWith(`-A ${chain} `));
  return [
    ...own.filter((line) => !isInChain(line)).map((line) => line.replace(/^-A/, '-D')),
    ...chains.flatMap((chain) => [`-F ${chain}`, `-X ${chain}`]),
  ];
}

/** Removes all rules of a pod; to be called under the network lock. @throws RktFailure */
export function sweepRules(ctx: RktContext, uuid: string): void {
  for (const family of FAMILIES) {
    const rules = savedRules(ctx, family);
    if (rules === undefined) continue;
    changeRules(ctx, family, 'nat', leftoverLines(rules.get('nat') ?? [], uuid));
    changeRules(ctx, family, 'filter', revokeLines(rules.get('filter') ?? [], uuid));
  }
}

/** Lets a pod's packets through where FORWARD drops; to be called under the network lock. @throws RktFailure */
export function acceptForwarding(ctx: RktContext, pod: ForwardedPod): void {
  for (const family of FAMILIES) {
    const addresses = pod.addresses.filter((address) => address.family === versionOf(family));
    if (addresses.length === 0) continue;
    const filter = savedRules(ctx, family)?.get('filter');
    if (filter !== undefined) changeRules(ctx, family, 'filter', acceptLines(filter, { ...pod, addresses }));
  }
}

const versionOf = (family: Family): 4 | 6 => (family === 'iptables' ? 4 : 6);
