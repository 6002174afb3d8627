import { printable } from '../../model/printable.ts';
import type { Server } from '../../server/index.ts';
import type { Output } from '../cli-output.ts';

/** Prints where an agent listens. */
export function announce({ url, socketPath, tokenPath }: Server, output: Output): void {
  const places = [url, socketPath].filter((place) => place !== undefined);
  output.print(
    { url, socketPath, tokenPath, pid: process.pid },
    () => `rkt-streams agent: ${printable(places.join(' and '))}`,
  );
}
