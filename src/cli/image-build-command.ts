import { resolve } from 'node:path';

import { InvalidArgumentError, Option, type Command } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import { withExamples } from './help-examples.ts';
import { buildImage, type ImageRequest } from './image-build.ts';
import type { ImageMount, ImagePair, ImagePort } from './image-build-manifest.ts';
import { createOutput } from './cli-output.ts';
import { collect } from './flag-values.ts';
import { imageBase } from './images/image-base.ts';
import { withRkt } from './images/image-session.ts';
import { settingsOf } from './with-driver.ts';

interface BuildFlags {
  readonly name: string;
  readonly rootfs?: string;
  readonly hostPath?: readonly string[];
  readonly exec?: string;
  readonly from?: string;
  readonly arg?: readonly string[];
  readonly env?: readonly ImagePair[];
  readonly port?: readonly ImagePort[];
  readonly mount?: readonly ImageMount[];
  readonly user?: string;
  readonly group?: string;
  readonly workingDir?: string;
  readonly label?: readonly ImagePair[];
  readonly annotation?: readonly ImagePair[];
  readonly compression: 'gzip' | 'none';
}

/** `rkt-streams image build`. */
export function addImageBuild(image: Command): void {
  const build = image
    .command('build')
    .summary('build an image from a directory or from files of this machine')
    .description(
      'Builds an image from a directory or from files of this machine; the shared libraries of a program are included. ' +
        'Prints the id of the image. Builds are reproducible: the same input gives the same image and id.',
    )
    .argument('<out.aci>', 'the file to write; created atomically when complete')
    .requiredOption('--name <name[:version]>', 'name of the image: example.com/app:1.2')
    .option('--rootfs <dir>', 'directory that becomes the root of the image')
    .option('--host-path <path>', 'file or directory of this machine to include (repeatable)', collect)
    .option('--from <image>', 'put the files on top of this image: docker://NAME, a name, an id or a file')
    .option('--exec <path>', 'program that the app runs, by its path in the image (default: that of --from)')
    .option('--arg <arg>', 'an argument of the program (repeatable)', collect)
    .option('-e, --env <name=value>', 'an environment variable of the app (repeatable)', list(pair))
    .option('--port <name:protocol:port>', 'a port of the app: http:tcp:80 (repeatable)', list(port))
    .option('--mount <name:path[:ro]>', 'a mount point for a volume: data:/data:ro (repeatable)', list(mount))
    .option('-u, --user <user>', 'user of the app, by name or number (default: 0)')
    .option('--group <group>', 'group of the app, by name or number (default: 0)')
    .option('--working-dir <dir>', 'working directory of the app')
    .option('--label <name=value>', 'a label; os and arch are those of this machine (repeatable)', list(pair))
    .option('--annotation <name=value>', 'an annotation: authors=Me (repeatable)', list(pair))
    .addOption(
      new Option('--compression <kind>', 'compression of the image file')
        .choices(['gzip', 'none'])
        .default('gzip'),
    )
    .action((out: string, flags: BuildFlags, self: Command) => buildAction(out, flags, self));
  withExamples(build, [
    [
      'image build hello.aci --name example.com/hello --host-path /bin/sh --exec /bin/sh --arg -c --arg "echo hello"',
      'A shell that prints hello',
    ],
    [
      'image build site.aci --name example.com/site --from docker://nginx --rootfs ./root',
      'Files on top of an image of docker',
    ],
    [
      'image build web.aci --name example.com/web:1.2 --rootfs ./root --exec /bin/server --port http:tcp:80',
      'A server from a directory',
    ],
  ]);
}

async function buildAction(out: string, flags: BuildFlags, command: Command): Promise<void> {
  const request = requestOf(out, flags, process.cwd());
  const { from } = flags;
  if (from === undefined) {
    const built = await buildImage(request);
    createOutput(settingsOf(command)).print(built, () => built.id);
    return;
  }
  await withRkt(command, async (session) => {
    const base = await imageBase(session, from);
    const built = await buildImage({ ...request, base });
    session.output.print(built, () => built.id);
    return undefined;
  });
}

function requestOf(out: string, flags: BuildFlags, cwd: string): ImageRequest {
  const { rootfs, hostPath = [], exec, arg = [], env = [], port: ports = [], mount: mounts = [] } = flags;
  if (rootfs === undefined && hostPath.length === 0 && flags.from === undefined)
    throw new RktError('RKT_ERR_OPTIONS', 'An image needs --rootfs, --host-path or --from');
  if (exec === undefined && (flags.from === undefined || arg.length > 0))
    throw new RktError('RKT_ERR_OPTIONS', 'An image needs --exec, unless --from gives the whole command');
  return {
    out: resolve(cwd, out),
    ...nameAndVersion(flags.name),
    exec: exec === undefined ? [] : [exec, ...arg],
    environment: env,
    ports,
    mounts,
    labels: flags.label ?? [],
    annotations: flags.annotation ?? [],
    compression: flags.compression,
    hostPaths: hostPath.map((path) => resolve(cwd, path)),
    ...(rootfs !== undefined && { rootfsDir: resolve(cwd, rootfs) }),
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.group !== undefined && { group: flags.group }),
    ...(flags.workingDir !== undefined && { workingDirectory: flags.workingDir }),
  };
}

/** As rkt writes images: a name cannot contain a colon. */
function nameAndVersion(text: string): { readonly name: string; readonly version?: string } {
  const at = text.indexOf(':');
  return at === -1 ? { name: text } : { name: text.slice(0, at), version: text.slice(at + 1) };
}

/** Collects the values of an option that may be given several times. */
function list<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => [...before, parse(text)];
}

function pair(text: string): ImagePair {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is not written as name=value.');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

function port(text: string): ImagePort {
  const { name, protocol, number } =
    /^(?<name>[^:]+):(?<protocol>tcp|udp):(?<number>\d{1,5})$/.exec(text)?.groups ?? {};
  if (name === undefined || protocol === undefined)
    throw new InvalidArgumentError('It is not written as name:tcp:80 or name:udp:53.');
  return { name, protocol, port: Number(number) };
}

function mount(text: string): ImageMount {
  const { name, path, ro } = /^(?<name>[^:]+):(?<path>\/[^:]*)(?<ro>:ro)?$/.exec(text)?.groups ?? {};
  if (name === undefined || path === undefined)
    throw new InvalidArgumentError('It is not written as name:/path or name:/path:ro.');
  return { name, path, ...(ro !== undefined && { readOnly: true }) };
}
