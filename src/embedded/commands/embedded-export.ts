import { createReadStream, existsSync, rmSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

import { imageLimits } from '../aci/image-limits.ts';
import { EntryMeter } from '../aci/meter.ts';
import { writeTreeAci } from '../aci/tree-aci.ts';
import type { Flags } from '../command-line/args.ts';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, UsageFailure, wrapFailure, type RktContext } from '../embedded-context.ts';
import { acNameProblem } from '../names.ts';
import { writeOutputFile } from '../output-file.ts';
import { storePaths } from '../store/paths.ts';
import { temporaryPath } from '../store/temporary.ts';
import { withAppRootfs } from '../pods/app-rootfs.ts';
import { findPod, type PodEntry } from '../pods/phases.ts';
import { usersOfPod } from '../pods/pod-users.ts';
import { appImageManifest, podStatus, readPodManifest } from '../pods/pod-info.ts';

const EXISTS = 'error building aci: target file exists (try --overwrite)';

/** `rkt export`: the files of an app as it has left them, as a new image. */
export const command: Command = {
  name: 'export',
  summary: 'Export an app from an exited pod to an ACI file',
  usage: 'export [--app=APPNAME] UUID OUTPUT_ACI_FILE',
  description: 'UUID should be the uuid of an exited pod.',
  flags: [
    { name: 'app', kind: 'string', help: 'name of the app to export within the specified pod' },
    { name: 'overwrite', kind: 'bool', help: 'overwrite output ACI' },
  ],
  async run(ctx, flags, args) {
    const [uuid, file] = args;
    if (args.length !== 2 || uuid === undefined || file === undefined) throw new UsageFailure('');
    if (extname(file) !== '.aci') throw new RktFailure(`extension must be .aci (given ${file})`);
    const found = findPod(ctx, uuid, 'problem retrieving pod');
    const pod = podStatus(ctx, found);
    if (pod.state !== 'exited' && pod.state !== 'exited garbage')
      throw new RktFailure('pod is not exited. Only exited pods can be exported');
    const app = appToExport(ctx, flags, pod);
    const out = resolve(ctx.cwd, file);
    if (!flags.bool('overwrite') && existsSync(out)) throw new RktFailure(EXISTS);
    await writeAci(ctx, pod, { app, out, overwrite: flags.bool('overwrite') });
    return 0;
  },
};

function appToExport(ctx: RktContext, flags: Flags, pod: PodEntry): string {
  try {
    const names = readPodManifest(pod).apps.map(({ name }) => name);
    const wanted = flags.string('app');
    if (wanted !== '') {
      const problem = acNameProblem(wanted);
      if (problem !== undefined) throw new RktFailure(problem);
      if (!names.includes(wanted)) throw new RktFailure(`app ${wanted} is not present in pod`);
      return wanted;
    }
    const [name] = names;
    if (name === undefined) throw new RktFailure('pod contains zero apps');
    if (names.length === 1) return name;
    printMessage(ctx, 'pod contains multiple apps:');
    names.forEach((each) => printMessage(ctx, `\t${each}`));
    throw new RktFailure('specify app using "rkt export --app= ..."');
  } catch (error) {
    throw wrapFailure(error, 'unable to find app');
  }
}

interface Export {
  readonly app: string;
  /** The file to write. */
  readonly out: string;
  readonly overwrite: boolean;
}

async function writeAci(ctx: RktContext, pod: PodEntry, { app, out, overwrite }: Export): Promise<void> {
  const temporary = temporaryPath(storePaths(ctx), 'export');
  try {
    const users = usersOfPod(pod);
    const options = { meter: new EntryMeter(imageLimits(ctx)), ...(users === undefined ? {} : { users }) };
    const manifest = manifestOf(pod, app);
    await withAppRootfs(ctx, pod, app, (rootfs) => writeTreeAci(rootfs, manifest, temporary, options));
    await writeOutputFile(out, compressed(temporary), {
      overwrite,
      exists: EXISTS,
      unopened: `error building aci: unable to open target ${out}`,
      unwritten: `error building aci: unable to close image ${out}`,
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Without what adds files to the rootfs or leaves some out: all are in it, and what the app has deleted is to stay so. */
function manifestOf(pod: PodEntry, app: string): string {
  const manifest = appImageManifest(pod, app);
  if (manifest === undefined)
    throw new RktFailure('error building aci', [
      'unable to read Image Manifest',
      join(pod.dir, 'appsinfo', app, 'manifest'),
    ]);
  const { dependencies: _dependencies, pathWhitelist: _whitelist, ...own } = manifest;
  return JSON.stringify(own);
}

function compressed(file: string): Readable {
  const gzip = createGzip();
  // what fails destroys the stream that is read, with its error
  pipeline(createReadStream(file), gzip, () => undefined);
  return gzip;
}
