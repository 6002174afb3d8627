/** The networks of `--net`, by name, with the arguments of each as they go into CNI_ARGS; empty where there are none. */
export type NetList = ReadonlyMap<string, string>;

/** What a pod's network is: the host's, a loopback interface alone, or networks of its own. */
export type NetMode = 'host' | 'none' | 'contained';

/** Stands for every network that is defined. */
export const ALL_NETWORKS = 'all';

/** Names that take no arguments: there is no single network that could get them. */
const WITHOUT_ARGUMENTS: readonly string[] = [ALL_NETWORKS, 'host'];

/** Reads `NAME[:K=V[;K=V…]][,NAME…]`; a string says what is wrong, as rkt puts it. */
export function parseNetList(text: string): NetList | string {
  const list = new Map<string, string>();
  for (const entry of text.split(',')) {
    // At the first colon alone: an address of IPv6 has more of them.
    const at = entry.indexOf(':');
    const name = at < 0 ? entry : entry.slice(0, at);
    if (name === '') return 'netname must not be empty';
    if (at >= 0 && WITHOUT_ARGUMENTS.includes(name)) {
      return `arguments are not supported by special netname ${JSON.stringify(name)}`;
    }
    if (list.has(name)) return `found duplicate netname ${JSON.stringify(name)}`;
    list.set(name, at < 0 ? '' : entry.slice(at + 1));
  }
  return list;
}

/** `host` and `none` win over what stands beside them, in this order. */
export function netMode(list: NetList): NetMode {
  if (list.has('host')) return 'host';
  return list.has('none') ? 'none' : 'contained';
}

/** The text that {@link parseNetList} reads back. */
export function netListText(list: NetList): string {
  return [...list].map(([name, args]) => (args === '' ? name : `${name}:${args}`)).join(',');
}
