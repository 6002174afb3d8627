import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { packDockerArchive } from '../../embedded/aci/docker-archive.ts';
import { RktError } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { imageFiles } from '../image-build-files.ts';
import { buildImage, type BuiltImage } from '../image-build.ts';

/** A named pipe in the image without a reader: a writer keeps its buffer. */
export const BLOCKING_PIPE = '/blocked';

const SHELL = ['sh', 'sleep'];
/** What a pod that serves or calls runs. */
const NETWORK = ['sh', 'perl'];
const TOOLS = ['sh', 'sleep', 'dd', 'cat', 'id'];
/** The port of the image with a server. */
export const SERVER_PORT = { name: 'http', protocol: 'tcp', port: 80 } as const;

const DIRECTORIES = ['/bin', '/usr/bin'];

export interface DemoImages {
  /** sh and sleep. */
  readonly shell: BuiltImage;
  /** A few more programs, and the pipe. */
  readonly tools: BuiltImage;
  /** The same as `shell`, as an image of docker; a real rkt gets an ACI, as it reads no archives of docker. */
  readonly docker: BuiltImage;
  /** sh and perl, with a port; the same as `shell` where no pod has a network. */
  readonly network: BuiltImage;
}

/** Go's words for processors. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
const DOCKER_TAG = 'rkt-streams.example/docker-shell:1.0.0';

/** What the rkt that will run the images can do. */
export interface DemoAbilities {
  /** Reads archives of docker. */
  readonly archives: boolean;
  /** Gives pods networks. */
  readonly networks: boolean;
}

/**
 * Builds the images of the demo from programs of this machine.
 *
 * @throws RKT_ERR_BINARY_MISSING, RKT_ERR_IMAGE_BUILD
 */
export async function buildDemoImages(
  directory: string,
  { archives, networks }: DemoAbilities,
): Promise<DemoImages> {
  const image = { exec: ['/bin/sh'], version: '1.0.0', compression: 'none' } as const;
  const [shell, tools, network] = await Promise.all([
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
    networks
      ? buildImage({
          ...image,
          name: 'rkt-streams.example/network',
          out: join(directory, 'network.aci'),
          hostPaths: NETWORK.map(findProgram),
          ports: [SERVER_PORT],
        })
      : undefined,
  ]);
  const docker = archives ? dockerImage(join(directory, 'docker-shell.tar')) : shell;
  return { shell, tools, docker, network: network ?? shell };
}

/** What `docker save` would write of an image with the same programs. */
function dockerImage(out: string): BuiltImage {
  try {
    const id = packDockerArchive({
      files: imageFiles({ hostPaths: SHELL.map(findProgram) }),
      tag: DOCKER_TAG,
      run: { Cmd: ['/bin/sh'] },
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      out,
    });
    return { id, name: DOCKER_TAG, path: out, sizeBytes: statSync(out).size };
  } catch (error) {
    if (error instanceof RktError) throw error;
    throw new RktError('RKT_ERR_IMAGE_BUILD', `Could not build "${DOCKER_TAG}": ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function findProgram(name: string): string {
  const found = DIRECTORIES.map((directory) => join(directory, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new RktError('RKT_ERR_BINARY_MISSING', `no program "${name}" in ${DIRECTORIES.join(' or ')}`);
}
