import type { Fingerprint } from '../../model/fingerprint.ts';
import type { FleetHost } from '../../model/fleet-host.ts';

/**
 * The fingerprint of a fleet: healthy while any live host is. Its attributes are those that are the same on all live
 * hosts.
 */
export function combinedFingerprint(
  prints: ReadonlyMap<string, Fingerprint>,
  hosts: readonly FleetHost[],
  nowMs: number,
): Fingerprint {
  const isLive = new Set(
    hosts.flatMap(({ host, connection }) => (connection.state === 'live' ? [host] : [])),
  );
  const live = [...prints].filter(([host]) => isLive.has(host));
  const healthy = live.filter(([, { health }]) => health === 'healthy');
  const problems = hosts.flatMap(({ host, connection }) => {
    const print = prints.get(host);
    if (!isLive.has(host)) return [`${host} is ${connection.state}`];
    return print === undefined || print.health === 'healthy' ? [] : [`${host}: ${print.description}`];
  });
  const summary = `${healthy.length} of ${hosts.length} hosts are healthy`;
  return Object.freeze({
    health: healthOf(live.map(([, { health }]) => health)),
    description: [summary, ...problems.slice(0, SHOWN_PROBLEMS)].join('; '),
    attributes: commonAttributes(live.map(([, { attributes }]) => attributes)),
    timeMs: Math.max(nowMs, ...live.map(([, { timeMs }]) => timeMs)),
  });
}

/** A description is one line. */
const SHOWN_PROBLEMS = 5;

function healthOf(all: readonly Fingerprint['health'][]): Fingerprint['health'] {
  if (all.includes('healthy')) return 'healthy';
  return all.length > 0 && all.every((health) => health === 'undetected') ? 'undetected' : 'unhealthy';
}

function commonAttributes(all: readonly Fingerprint['attributes'][]): Fingerprint['attributes'] {
  const [first = {}, ...others] = all;
  const same = Object.entries(first).filter(([name, value]) => others.every((each) => each[name] === value));
  return Object.freeze(Object.fromEntries(same));
}
