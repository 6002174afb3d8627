import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';

/** Makes so many directories in one another, each with a file in it; deeper than any path can say. */
export function makeDeepTree(top: string, depth: number, name = 'dddddddd'): void {
  mkdirSync(top);
  let fd = openSync(top, 'r');
  for (let i = 0; i < depth; i += 1) {
    const here = `/proc/self/fd/${fd}`;
    writeFileSync(`${here}/file`, '');
    mkdirSync(`${here}/${name}`);
    const next = openSync(`${here}/${name}`, 'r');
    closeSync(fd);
    fd = next;
  }
  closeSync(fd);
}
