import { ALL_CAPABILITIES, DEFAULT_CAPABILITIES, WITHHELD_CAPABILITIES } from '../model/capabilities.ts';
import { RktError } from '../model/rkt-error.ts';
import type { TaskConfigInput } from '../model/task-config.ts';

/**
 * The capabilities of an app as docker's flags describe them: the default ones with those added and without those dropped, `ALL`
 * for all of them. Without `add` only a list of what to remove, so that the defaults stay those of rkt and the image.
 *
 * @throws RKT_ERR_OPTIONS for a name that Linux does not have
 */
export function capabilitiesOf(
  add: readonly string[],
  drop: readonly string[],
): Pick<TaskConfigInput, 'cap_retain' | 'cap_remove'> {
  const added = add.map((name) => capability('--cap-add', name));
  const dropped = drop.map((name) => capability('--cap-drop', name));
  if (added.length === 0 && dropped.length === 0) return {};
  if (added.length === 0) return { cap_remove: dropped.includes('ALL') ? EVERY_DEFAULT : unique(dropped) };
  const base = added.includes('ALL') ? ALL_CAPABILITIES : dropped.includes('ALL') ? [] : DEFAULT_CAPABILITIES;
  const named = added.filter((name) => name !== 'ALL');
  const kept = unique([...base, ...named]).filter((name) => !dropped.includes(name));
  if (kept.length === 0)
    throw new RktError('RKT_ERR_OPTIONS', '--cap-add and --cap-drop name the same capabilities');
  return { cap_retain: kept };
}

/** Of the stage1 oci, and of a real rkt. */
const EVERY_DEFAULT = [...DEFAULT_CAPABILITIES, ...WITHHELD_CAPABILITIES];

/** `net_admin`, `NET_ADMIN` and `CAP_NET_ADMIN` are all CAP_NET_ADMIN. */
function capability(flag: string, text: string): string {
  const upper = text.toUpperCase();
  if (upper === 'ALL') return upper;
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (ALL_CAPABILITIES.includes(name)) return name;
  throw new RktError('RKT_ERR_OPTIONS', `${flag} ${text}: Linux has no such capability`);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
