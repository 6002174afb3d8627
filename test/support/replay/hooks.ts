import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

import { until } from '../until.ts';
import type { Replay } from './replay.ts';
import { knownPid } from '../known-pid.ts';

/** Something done by hand before a step. */
export type Hook = (replay: Replay) => void | Promise<void>;

const NOBODY = 65534;

function podDir(replay: Replay, phase: string, uuid: string): string {
  return join(replay.dataDir, 'pods', phase, replay.cast.of(uuid));
}

function copyPods(replay: Replay): void {
  const prepared = join(replay.dataDir, 'pods/prepared');
  const [pod = ''] = readdirSync(prepared);
  for (const n of [1, 2]) {
    cpSync(join(prepared, pod), join(prepared, `aaaa0000-0000-4000-8000-00000000000${n}`), {
      recursive: true,
      preserveTimestamps: true,
    });
  }
}

/** Files of the pod-manifest scenario that were not recorded, from the one that was. */
function writePodManifests(replay: Replay): void {
  const path = join(replay.workDir, 'pm.json');
  const pod = JSON.parse(readFileSync(path, 'utf8')) as { apps: { image: { id: string } }[] };
  const images = join(replay.dataDir, 'cas/imageManifest/sha512');
  const [dir = ''] = readdirSync(images);
  const [id = ''] = readdirSync(join(images, dir));
  for (const app of pod.apps) app.image.id = id;
  const write = (name: string, value: unknown) =>
    writeFileSync(join(replay.workDir, name), JSON.stringify(value));
  write('pm.json', pod);
  write('pm2.json', { ...pod, acKind: 'ImageManifest' });
  write('pm3.json', { ...pod, apps: [] });
  write('pm4.json', {
    ...pod,
    apps: pod.apps.map((app) => ({ ...app, image: { id: `sha512-${'0'.repeat(64)}` } })),
  });
  write('pm5.json', { ...pod, apps: pod.apps.map((app) => ({ ...app, image: { id: id.slice(0, 20) } })) });
  writeFileSync(join(replay.workDir, 'pm6.json'), '{"acKind": "PodManifest",');
}

async function fetchImage(replay: Replay): Promise<void> {
  await replay.call(['--dir=${RKT_DIR}', '--insecure-options=image', 'fetch', '${IMAGE}']);
}

/** Any look at the pods makes the directories. */
async function listPods(replay: Replay): Promise<void> {
  await replay.call(['--dir=${RKT_DIR}', 'list']);
}

/** Only the last of the prepared pods is left. */
async function removePrepared(replay: Replay): Promise<void> {
  const last = replay.cast.of('32675d05-8906-488b-b7c6-5b185bb6dc42');
  const others = readdirSync(join(replay.dataDir, 'pods/prepared')).filter((uuid) => uuid !== last);
  await replay.call(['--dir=${RKT_DIR}', 'rm', ...others]);
}

/** A lock as another process has it while it deletes the pod. */
async function lockMarked(replay: Replay): Promise<void> {
  const dir = podDir(replay, 'exited-garbage', 'cfb95b30-70e7-47d4-bfcc-aceae84984c0');
  const holder = spawn('flock', ['--no-fork', '-x', `${dir}/.`, 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(holder.stdout, 'data');
  UNLOCK.set(replay, async () => {
    holder.stdin.end();
    await once(holder, 'exit');
  });
}

const UNLOCK = new WeakMap<Replay, () => Promise<void>>();

async function prepareStopped(replay: Replay, id: string, uuid: string): Promise<void> {
  const process_ = replay.processes.get(id);
  const prepare = join(replay.dataDir, 'pods/prepare');
  const before = new Set(
    replay.processes.size > 3 ? [replay.cast.of('7168d8e1-8015-4613-bcda-2befaf0fcf58')] : [],
  );
  const fresh = () => readdirSync(prepare).find((name) => !before.has(name));
  await until('a pod is being prepared', () => fresh() !== undefined);
  process.kill(knownPid(process_?.pid), 'SIGSTOP');
  replay.cast.update('', '');
  replay.cast.assign(uuid, fresh() ?? '');
}

/** What the recorder did by hand, by scenario and step: before the step is taken. */
/** The second app of the pod that runs has ended, as the recorder has waited for it. */
async function secondAppEnds(replay: Replay): Promise<void> {
  await until('an app runs, and the other one has ended', async () => {
    const { stdout } = await replay.call(['--dir=${RKT_DIR}', 'list', '--format=json']);
    const pods = JSON.parse(stdout) as { state: string; apps: { state: string; exit_code?: number }[] }[];
    const running = pods.find(({ state }) => state === 'running')?.apps ?? [];
    return running[0]?.state === 'running' && running[1]?.exit_code === 0;
  });
}

export const HOOKS: Readonly<Record<string, Readonly<Record<number, Hook>>>> = {
  'host-multi-app': { 6: secondAppEnds },
  status: { 33: copyPods },
  stop: {
    19: (replay) => rmSync(join(podDir(replay, 'run', 'f022ca4a-8861-431a-a0f2-edc4b8d49a01'), 'pid')),
  },
  'pod-manifest': {
    1: async (replay) => {
      await fetchImage(replay);
      writePodManifests(replay);
    },
  },
  'prepare-flags': {
    119: removePrepared,
    69: ({ workDir }) => {
      writeFileSync(join(workDir, 'envfile'), '# a comment\nFROM_FILE=yes\n\nEMPTY=\n');
      writeFileSync(join(workDir, 'envbad'), 'no equals sign\n');
    },
  },
  'run-foreground': {
    21: ({ workDir }) => ['vol1', 'vol2'].forEach((name) => mkdirSync(join(workDir, name))),
  },
  'image-references': { 0: fetchImage },
  'run-volumes': {
    0: ({ workDir }) => {
      mkdirSync(join(workDir, 'v'));
      writeFileSync(join(workDir, 'v/f'), 'content\n', { mode: 0o644 });
      writeFileSync(join(workDir, 'file'), 'single file\n');
    },
  },
  'lifecycle-fly': { 0: listPods },
  gc: {
    2: (replay) => void replay.cast.of('20c69bc6-7537-4643-8ca1-bce5f19da473'),
    3: (replay) => void replay.cast.of('9b9ea83c-62aa-40fb-906a-59771aa95d9c'),
    4: (replay) => void replay.cast.of('7504ccfd-3b56-4864-89f0-c15b8f24dab7'),
  },
  'list-states': {
    6: (replay) => void replay.cast.of('67243f8d-4b59-492d-ab1f-e8273b5d4bc8'),
    7: (replay) => void replay.cast.of('242841d0-05e2-4e71-8b56-65d94125c85b'),
    9: (replay) => {
      const uuid = 'cfb95b30-70e7-47d4-bfcc-aceae84984c0';
      const run = podDir(replay, 'run', uuid);
      renameSync(run, podDir(replay, 'exited-garbage', uuid));
    },
    11: (replay) => prepareStopped(replay, 'prep', '7168d8e1-8015-4613-bcda-2befaf0fcf58'),
    13: (replay) => prepareStopped(replay, 'prep2', '334f5372-cf5d-401c-8fb9-365eb3129caa'),
    17: ({ dataDir }) => mkdirSync(join(dataDir, 'pods/embryo/eeee0000-0000-4000-8000-000000000001')),
    41: lockMarked,
    50: async (replay) => {
      await UNLOCK.get(replay)?.();
      process.kill(knownPid(replay.processes.get('prep')?.pid), 'SIGCONT');
    },
    52: ({ dataDir }) => {
      writeFileSync(join(dataDir, 'pods/run/stray-file'), '');
      mkdirSync(join(dataDir, 'pods/run/not-a-uuid'));
    },
    53: (replay) => {
      rmSync(join(replay.dataDir, 'pods/run/stray-file'));
      rmSync(join(replay.dataDir, 'pods/run/not-a-uuid'), { recursive: true });
      rmSync(join(podDir(replay, 'run', '242841d0-05e2-4e71-8b56-65d94125c85b'), 'pod'));
    },
    57: (replay) =>
      writeFileSync(join(podDir(replay, 'run', '242841d0-05e2-4e71-8b56-65d94125c85b'), 'pod'), '{'),
  },
  'data-dir': {
    2: ({ workDir }) => writeFileSync(join(workDir, 'afile'), ''),
    11: ({ workDir, dataDir }) => symlinkSync(dataDir, join(workDir, 'link')),
    14: (replay) => openForNobody(replay, false),
    30: (replay) => openForNobody(replay, true),
    35: ({ workDir }) => {
      mkdirSync(join(workDir, 'nob'));
      chownSync(join(workDir, 'nob'), NOBODY, NOBODY);
      chmodSync(workDir, 0o755);
    },
  },
};

/** Everybody may get to the data directory, but only later look into it. */
function openForNobody(replay: Replay, readable: boolean): void {
  chmodSync(replay.dir, 0o755);
  chmodSync(replay.dataDir, readable ? 0o755 : 0o750);
  if (readable) openTree(join(replay.dataDir, 'pods'));
}

function openTree(dir: string): void {
  if (!existsSync(dir)) return;
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) openTree(join(dir, entry.name));
    else if (entry.isFile()) chmodSync(join(dir, entry.name), 0o644);
  }
}
