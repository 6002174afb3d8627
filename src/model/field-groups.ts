/** Groups of metrics that are read and requested together. Expensive ones are read only on request. */
export const FIELD_GROUPS = [
  'cpu',
  'throttling',
  'memory',
  'memoryDetail',
  'kernelMemory',
  'limits',
  'io',
  'pids',
  'pressure',
  'network',
  'processes',
  'disk',
] as const;

export type FieldGroup = (typeof FIELD_GROUPS)[number];

/** The metrics that Nomad shows, the memory limit and the OOM count. */
export const DEFAULT_FIELD_GROUPS: readonly FieldGroup[] = Object.freeze([
  'cpu',
  'throttling',
  'memory',
  'memoryDetail',
  'kernelMemory',
  'limits',
]);

/** A set of groups in one number: bit n stands for the nth of {@link FIELD_GROUPS}. */
export type GroupMask = number;

/** The bits of these groups; unknown names are ignored. */
export function groupMask(groups: readonly FieldGroup[]): GroupMask {
  let mask = 0;
  for (const group of groups) {
    const index = FIELD_GROUPS.indexOf(group);
    if (index >= 0) mask |= 1 << index;
  }
  return mask;
}

/** The bit of each group. */
export const GROUP = Object.fromEntries(FIELD_GROUPS.map((group) => [group, groupMask([group])])) as Readonly<
  Record<FieldGroup, GroupMask>
>;

const namesOfMask = new Map<GroupMask, readonly FieldGroup[]>();

/** The groups of a mask: the same frozen array each time. */
export function maskGroups(mask: GroupMask): readonly FieldGroup[] {
  const known = namesOfMask.get(mask);
  if (known !== undefined) return known;
  const names = Object.freeze(FIELD_GROUPS.filter((_, index) => (mask & (1 << index)) !== 0));
  namesOfMask.set(mask, names);
  return names;
}
