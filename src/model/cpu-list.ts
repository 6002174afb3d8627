/** The longest accepted list: Linux knows at most 8192 CPUs. */
const HIGHEST_CPU = 8_191;

/**
 * The numbers of a list in the format of the kernel (`0-1,3`): sorted, each once; undefined if the list is invalid.
 * Of CPUs or of memory nodes.
 */
export function parseCpuList(text: string): readonly number[] | undefined {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from <= to && to <= HIGHEST_CPU)) return undefined;
    for (let number = from; number <= to; number += 1) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** The numbers of `wanted` that are not in `available`; both in the format of the kernel. */
export function missingCpus(wanted: string, available: string): readonly number[] {
  const there = new Set(parseCpuList(available.trim()) ?? []);
  return (parseCpuList(wanted) ?? []).filter((number) => !there.has(number));
}

/** The number of entries of a list; undefined without a list. */
export function countCpus(list: string | undefined): number | undefined {
  return list === undefined ? undefined : parseCpuList(list)?.length;
}
