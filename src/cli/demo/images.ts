import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { RktError } from '../../model/errors.ts';
import { buildImage, type BuiltImage } from '../image-build.ts';

/** A named pipe in the image that nobody reads: who writes to it holds on to what it has. */
export const BLOCKING_PIPE = '/blocked';

const SHELL = ['sh', 'sleep'];
const TOOLS = ['sh', 'sleep', 'dd', 'cat', 'id'];
const DIRECTORIES = ['/bin', '/usr/bin'];

export interface DemoImages {
  /** sh and sleep. */
  readonly shell: BuiltImage;
  /** A few more programs, and the pipe. */
  readonly tools: BuiltImage;
}

/** Builds the images of the demo from programs of this machine. @throws RKT_ERR_BINARY_MISSING, RKT_ERR_IMAGE_BUILD */
export async function buildDemoImages(directory: string): Promise<DemoImages> {
  const image = { exec: ['/bin/sh'], version: '1.0.0', compression: 'none' } as const;
  const [shell, tools] = await Promise.all([
    buildImage({
      ...image,
      name: 'rkt-streams.example/shell',
      out: join(directory, 'shell.aci'),
      hostPaths: SHELL.map(findProgram),
    }),
    buildImage({
      ...image,
      name: 'rkt-streams.example/tools',
      out: join(directory, 'tools.aci'),
      hostPaths: TOOLS.map(findProgram),
      files: [{ path: BLOCKING_PIPE.slice(1), type: 'fifo', mode: 0o666 }],
    }),
  ]);
  return { shell, tools };
}

function findProgram(name: string): string {
  const found = DIRECTORIES.map((directory) => join(directory, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new RktError('RKT_ERR_BINARY_MISSING', `no program "${name}" in ${DIRECTORIES.join(' or ')}`);
}
