import type { RktContext } from '../embedded-context.ts';

const INTERVAL_MS = 100;
const MIN_BAR = 10;
const MAX_BAR = 36;
const MIN_COLUMNS = 60;
const DIGEST = 'sha256:'.length + 12;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

interface Line {
  readonly name: string;
  readonly bytes: number;
  done: number;
  isBegun: boolean;
}

/**
 * The progress of a download: on a terminal a bar for each layer, drawn again in place; as lines where that is wanted; and nothing
 * otherwise.
 */
export class Progress {
  readonly #ctx: Pick<RktContext, 'stderr' | 'progress'>;
  readonly #lines: Line[] = [];
  #step = '';
  #hasChanged = false;
  #next: NodeJS.Timeout | undefined;

  constructor(ctx: Pick<RktContext, 'stderr' | 'progress'>) {
    this.#ctx = ctx;
  }

  /** Adds what will be downloaded: a digest, or a name. Returns what is called with the number of bytes that are there. */
  add(name: string, bytes: number): (done: number) => void {
    const line: Line = { name: name.slice(0, DIGEST), bytes, done: 0, isBegun: false };
    this.#lines.push(line);
    return (done) => {
      const wasDone = line.isBegun && line.done >= bytes;
      line.done = done;
      line.isBegun = true;
      this.#hasChanged = true;
      if (!wasDone && done >= bytes) this.#say(`Downloaded ${line.name} ${decimal(bytes)}${this.#share()}`);
      this.#drawSoon();
    };
  }

  /** Shows what is done after the downloads. */
  step(text: string): void {
    this.#step = text;
    this.#say(text);
    this.#draw();
  }

  /** The last state, which stays. */
  end(): void {
    clearTimeout(this.#next);
    this.#draw();
    if (this.#ctx.progress?.style === 'bars') this.#ctx.progress.block.release();
  }

  #share(): string {
    const done = this.#lines.filter((line) => line.isBegun && line.done >= line.bytes).length;
    return this.#lines.length > 1 ? ` (${done} of ${this.#lines.length})` : '';
  }

  #say(text: string): void {
    if (this.#ctx.progress?.style === 'lines') this.#ctx.stderr(`${text}\n`);
  }

  /** At most so often, and never long after the last change. */
  #drawSoon(): void {
    if (this.#ctx.progress?.style !== 'bars' || this.#next !== undefined) return;
    this.#draw();
    this.#next = setTimeout(() => {
      this.#next = undefined;
      if (this.#hasChanged) this.#drawSoon();
    }, INTERVAL_MS);
    this.#next.unref();
  }

  #draw(): void {
    this.#hasChanged = false;
    if (this.#ctx.progress?.style !== 'bars') return;
    const { block } = this.#ctx.progress;
    const { columns, rows } = block.size;
    const step = this.#step === '' ? [] : [this.#step];
    block.draw([...shownLines(this.#lines, rows - 2 - step.length, columns), ...step]);
  }
}

/** All lines where they fit, else those that move, and how many others there are. */
function shownLines(lines: readonly Line[], space: number, columns: number): readonly string[] {
  if (lines.length <= space) return lines.map((line) => drawn(line, columns));
  const active = lines.filter((line) => stateOf(line) === 'Downloading').slice(0, Math.max(space - 1, 0));
  const count = (state: string): number => lines.filter((line) => stateOf(line) === state).length;
  const rest = `${count('Downloaded')} of ${lines.length} downloaded, ${count('Waiting')} waiting`;
  return [...active.map((line) => drawn(line, columns)), rest];
}

function stateOf({ isBegun, done, bytes }: Line): 'Waiting' | 'Downloading' | 'Downloaded' {
  if (!isBegun) return 'Waiting';
  return done >= bytes ? 'Downloaded' : 'Downloading';
}

/** `Downloading sha256:8ddc19f1652 [======>      ] 668 KB / 1.97 MB`. */
function drawn(line: Line, columns: number): string {
  const { name, bytes, done } = line;
  const state = stateOf(line);
  const head = `${state.padEnd('Downloading'.length)} ${name}`;
  if (state === 'Waiting') return head;
  if (state === 'Downloaded') return `${head} ${decimal(bytes)}`;
  const sizes = `${decimal(done)} / ${decimal(bytes)}`;
  if (columns < MIN_COLUMNS) return `${head} ${sizes}`;
  const space = columns - head.length - ' [] 9.99 MB / 9.99 MB'.length;
  const width = Math.max(MIN_BAR, Math.min(MAX_BAR, space));
  const filled = Math.floor((Math.min(done, bytes) / bytes) * width);
  return `${head} [${`${'='.repeat(filled)}>`.slice(0, width).padEnd(width)}] ${sizes}`;
}

/** Three digits and a decimal unit, as rkt prints sizes here: `1.97 MB`. */
function decimal(bytes: number): string {
  const exponent = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** exponent).toPrecision(3))} ${UNITS[exponent] ?? ''}`;
}
