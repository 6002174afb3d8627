/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Lines at the end of a terminal that are drawn again in place, below all that is printed meanwhile. No line is wider than the
 * terminal and there are never more than fit, also after its size has changed.
 */
export class ProgressBlock {
  readonly #write: (text: string) => void;
  readonly #size: () => TerminalSize;
  #lines: readonly string[] = [];

  constructor(write: (text: string) => void, size: () => TerminalSize) {
    this.#write = write;
    this.#size = size;
  }

  get size(): TerminalSize {
    return this.#size();
  }

  /** Replaces the lines, which are plain ASCII. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = this.#size();
    const shown = lines.slice(0, Math.max(1, rows - 1)).map((line) => line.slice(0, columns));
    this.#write(`${this.#erasure()}${shown.map((line) => `${line}\n`).join('')}`);
    this.#lines = shown;
  }

  /** Prints text that stays, above the lines. */
  print(text: string): void {
    if (this.#lines.length === 0) {
      this.#write(text);
      return;
    }
    const end = text.endsWith('\n') ? '' : '\n';
    const lines = this.#lines.map((line) => `${line}\n`).join('');
    this.#write(`${this.#erasure()}${text}${end}${lines}`);
  }

  /** Leaves the lines as they are; what follows is below them. */
  release(): void {
    this.#lines = [];
  }

  /** A terminal that became narrower shows a line on several rows. */
  #erasure(): string {
    const { columns } = this.#size();
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  }
}
