/** A text in pieces, whose array is used again for the next text: it is as long as there are series. */
export interface Page {
  add(piece: string): void;
  addAll(pieces: readonly string[]): void;
  /** The text, in one go: what is added up would be copied once more when it is sent. */
  take(): string;
}

export function createPage(): Page {
  const all: string[] = [];
  let length = 0;
  return {
    add(piece) {
      all[length++] = piece;
    },
    addAll(pieces) {
      for (let index = 0; index < pieces.length; index += 1) all[length++] = pieces[index] as string;
    },
    take() {
      all.length = length;
      length = 0;
      return all.join('');
    },
  };
}
