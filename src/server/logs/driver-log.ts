import type { Driver } from '../../driver-interface.ts';
import type { OutputStream } from '../../model/task-log.ts';

/** One output of a task whose driver reads it, and where to begin. */
export interface DriverLogOptions {
  readonly driver: Pick<Driver, 'readTaskLog'>;
  readonly taskId: string;
  readonly stream?: OutputStream;
  readonly tailBytes?: number;
  readonly follow?: boolean;
  /** Ends the reading. */
  readonly over?: AbortSignal;
}

/** True where the paths of outputs name files of this machine; others must not be opened here. */
export function hasOwnLogs(driver: Pick<Driver, 'capabilities'>): boolean {
  return driver.capabilities().kind === 'local';
}

/** Reads an output that another machine has. */
export async function readDriverBytes(
  { driver, taskId, stream, over, ...how }: DriverLogOptions,
  write: (bytes: Buffer, stream: OutputStream) => Promise<void>,
): Promise<void> {
  await driver.readTaskLog(taskId, {
    ...how,
    ...(stream !== undefined && { streams: [stream] }),
    ...(over !== undefined && { signal: over }),
    write: (piece) => write(Buffer.from(piece.bytes), piece.stream),
  });
}

/** The end of an output. */
export async function lastDriverBytes(options: DriverLogOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readDriverBytes(options, (bytes) => {
    chunks.push(bytes);
    return Promise.resolve();
  });
  return Buffer.concat(chunks);
}
