import type { RktContext } from '../embedded-context.ts';

const INTERVAL_MS = 100;
const BAR = 36;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

interface Line {
  readonly digest: string;
  readonly bytes: number;
  done: number;
}

/** One bar a layer on a terminal, drawn again while they are downloaded; nothing where stderr is none. */
export class Progress {
  readonly #ctx: Pick<RktContext, 'stderr' | 'stderrIsTerminal'>;
  readonly #lines: Line[] = [];
  #drawn = 0;
  #drawnAtMs = 0;

  constructor(ctx: Pick<RktContext, 'stderr' | 'stderrIsTerminal'>) {
    this.#ctx = ctx;
  }

  /** Adds a layer. Returns what is called with the number of bytes that are there. */
  layer(digest: string, bytes: number): (done: number) => void {
    const line = { digest, bytes, done: 0 };
    this.#lines.push(line);
    return (done) => {
      line.done = done;
      const nowMs = Date.now();
      if (nowMs - this.#drawnAtMs < INTERVAL_MS) return;
      this.#drawnAtMs = nowMs;
      this.#draw();
    };
  }

  /** The last state. */
  end(): void {
    this.#draw();
  }

  #draw(): void {
    if (this.#ctx.stderrIsTerminal !== true) return;
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    this.#drawn = this.#lines.length;
    this.#ctx.stderr(up + this.#lines.map((line) => `\r\u001b[K${drawn(line)}\n`).join(''));
  }
}

/** `Downloading sha256:8ddc19f1652 [======>      ] 668 KB / 1.97 MB`. */
function drawn({ digest, bytes, done }: Line): string {
  const filled = bytes === 0 ? BAR : Math.floor((Math.min(done, bytes) / bytes) * BAR);
  const bar = `${'='.repeat(filled)}${filled < BAR ? '>' : ''}`.padEnd(BAR);
  return `Downloading ${digest.slice(0, 18)} [${bar}] ${decimal(done)} / ${decimal(bytes)}`;
}

/** Three digits and a decimal unit, as rkt prints sizes here: `1.97 MB`. */
function decimal(bytes: number): string {
  const exponent = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** exponent).toPrecision(3))} ${UNITS[exponent] ?? ''}`;
}
