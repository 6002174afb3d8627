/** Which rows of a long list have to be there, and how high all of them are. */
export interface RowWindow {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
}

export interface RowWindowOptions {
  /** What can be seen, in pixels from the top of the first row; may lie outside the list. */
  readonly topPx: number;
  readonly bottomPx: number;
  readonly rowPx: number;
  readonly count: number;
  /** Rows beyond the edges, so that scrolling and tabbing find them there. */
  readonly spare?: number;
}

export function rowWindow({ topPx, bottomPx, rowPx, count, spare = 6 }: RowWindowOptions): RowWindow {
  const first = Math.max(0, Math.floor(topPx / rowPx) - spare);
  const end = Math.min(count, Math.ceil(bottomPx / rowPx) + spare);
  return first >= end ? { first: 0, end: 0 } : { first, end };
}
