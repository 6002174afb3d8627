const ESCAPE = '\u001b';
/** A sequence that colours, or one character. */
const PIECE = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, 'gu');

/** A line cut to a number of columns, with an ellipsis; colours have no width and end with the line. */
export function fit(line: string, columns: number): string {
  const pieces = line.match(PIECE) ?? [];
  const isColour = (piece: string): boolean => piece.startsWith(ESCAPE);
  const width = pieces.filter((piece) => !isColour(piece)).length;
  if (width <= columns) return line;
  let left = columns - 1;
  const kept = pieces.filter((piece) => isColour(piece) || left-- > 0);
  return kept.some(isColour) ? `${kept.join('')}…${ESCAPE}[0m` : `${kept.join('')}…`;
}
