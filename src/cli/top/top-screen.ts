import type { WriteStream } from 'node:tty';

const ENTER = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const CLEAR = '\x1b[2J\x1b[H';

/** The alternate screen of a terminal. */
export interface Screen {
  /** Where ink writes. */
  readonly stdout: WriteStream;
  clear(): void;
  /** Restores the terminal. Also done when the process exits in any way that it can handle. */
  leave(): void;
}

/** Enters the alternate screen of our terminal. */
export function enterScreen(): Screen {
  const { stdin, stdout } = process;
  let isEntered = true;
  const leave = (): void => {
    if (!isEntered) return;
    isEntered = false;
    process.off('exit', leave);
    if (stdin.isRaw) stdin.setRawMode(false);
    stdout.write(LEAVE);
  };
  process.on('exit', leave);
  stdout.write(ENTER);
  return { stdout: inkStream(stdout), clear: () => stdout.write(CLEAR), leave };
}

/**
 * The terminal for ink. Ink would clear the terminal, scrollback included, whenever its lines fill it, and would draw
 * by itself after a change of size; both are handled here.
 */
function inkStream(stdout: WriteStream): WriteStream {
  return new Proxy(stdout, {
    get(target, name) {
      if (name === 'rows') return Number.MAX_SAFE_INTEGER;
      if (name === 'on')
        return (event: string, listener: () => void) =>
          event === 'resize' ? target : target.on(event, listener);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
