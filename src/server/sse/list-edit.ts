/** How a list of ids becomes another one: some leave, and some are added between those that stay. */
export interface ListEdit {
  /** Positions in the list before, ascending. */
  readonly left: readonly number[];
  /** Positions in the new list, ascending. */
  readonly added: readonly number[];
  /** What belongs to the entries of the list before, in the new order; `empty` for those added. */
  apply<T>(before: readonly T[], empty: T): readonly T[];
}

const NO_EDIT: ListEdit = { left: [], added: [], apply: (before) => before };

/** Undefined when those that stay have another order, or an id occurs twice. */
export function listEdit(before: readonly string[], now: readonly string[]): ListEdit | undefined {
  if (before.length === now.length && before.every((id, index) => id === now[index])) return NO_EDIT;
  const known = new Set(before);
  const wanted = new Set(now);
  if (known.size !== before.length || wanted.size !== now.length) return undefined;
  const left = positionsOf(before, (id) => !wanted.has(id));
  const added = positionsOf(now, (id) => !known.has(id));
  const stayed = before.filter((id) => wanted.has(id));
  const kept = now.filter((id) => known.has(id));
  if (stayed.some((id, index) => id !== kept[index])) return undefined;
  const isLeft = new Set(left);
  const isAdded = new Set(added);
  return {
    left,
    added,
    apply(values, empty) {
      const rest = values.filter((_, index) => !isLeft.has(index)).values();
      return now.map((_, index) => (isAdded.has(index) ? empty : (rest.next().value ?? empty)));
    },
  };
}

function positionsOf(ids: readonly string[], isWanted: (id: string) => boolean): readonly number[] {
  return ids.flatMap((id, index) => (isWanted(id) ? [index] : []));
}
