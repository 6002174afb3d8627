export type OutputStream = 'stdout' | 'stderr';

/** A part of what a task has written: bytes as they are, not cut at lines. */
export interface LogPiece {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** How to read the output of a task. */
export interface TaskLogOptions {
  /** Gets the pieces, those of one output in order; the next one comes when the promise is resolved. Its error ends the reading. */
  readonly write: (piece: LogPiece) => Promise<void>;
  /** Both by default. */
  readonly streams?: readonly OutputStream[];
  /** Begin with so many of the last lines of each output; all by default. */
  readonly tailLines?: number;
  /** Begin with the lines in so many of the last bytes of each output. */
  readonly tailBytes?: number;
  /** Goes on with what is written until the task has exited. */
  readonly follow?: boolean;
  /** Ends the reading as the end of the task does. */
  readonly signal?: AbortSignal;
}
