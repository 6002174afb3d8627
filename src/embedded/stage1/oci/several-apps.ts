import { readFileSync } from 'node:fs';

import { RktFailure } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { statusDir } from '../../pods/pod-info.ts';
import type { PodEntry } from '../../pods/phases.ts';
import { commandLine } from '../../pods/shell.ts';
import { INIT_IN_POD } from './oci-mounts.ts';
import { cgroupOption, type OciRuntime } from './oci-runtime.ts';
import type { NamedRoot } from './user-namespace.ts';
import type { OciConfig, OciHook } from './runtime-config-types.ts';
import { waiterText } from './runtime-words.ts';

/** Where the process that only waits has its bundle, below the pod's directory. */
export const WAITING_DIR = 'oci/pod';

/** Its root. No app can have that name. */
export const WAITING_ROOT: NamedRoot = { name: '.waiting', root: `${WAITING_DIR}/rootfs` };

const PROC = { destination: '/proc', type: 'proc', source: 'proc' };

/** The shared memory of the apps, below the pod's directory. */
export const SHARED_MEMORY = 'oci/shm';

/** A process that has the namespaces of a pod, reaps what its apps leave behind, and can do nothing else. */
export interface WaitingOrder {
  /** Its root, absolute. */
  readonly root: string;
  readonly runtime: OciRuntime;
  readonly hostname: string;
  readonly namespaces: OciConfig['linux']['namespaces'];
  readonly mappings: Pick<OciConfig['linux'], 'uidMappings' | 'gidMappings'>;
  readonly createRuntime: OciHook;
  readonly poststop: readonly OciHook[];
}

/** @throws RktFailure where there is no program for it */
export function waitingBundle(order: WaitingOrder): OciConfig {
  const { runtime, hostname, namespaces } = order;
  if (runtime.init === undefined)
    throw new RktFailure('a pod of several apps needs catatonit, which is not installed: please install it');
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  const bind = { type: 'bind', source: runtime.init, options: ['bind', 'ro', 'nosuid', 'nodev'] };
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0, umask: 0o22, additionalGids: [] },
      ...{ args: [INIT_IN_POD, '-P'], env: [], cwd: '/', capabilities: none, noNewPrivileges: true },
    },
    root: { path: order.root, readonly: true },
    hostname,
    mounts: [
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'mode=755', 'size=64k'],
      },
      { destination: INIT_IN_POD, ...bind },
      // runc reads it to close descriptors.
      ...(runtime.name === 'runc' ? [{ ...PROC, options: ['nosuid', 'noexec', 'nodev', 'ro'] }] : []),
    ],
    hooks: { createRuntime: [order.createRuntime], poststop: order.poststop },
    linux: { namespaces, ...order.mappings, maskedPaths: [], readonlyPaths: [], devices: [] },
  };
}

/** Adds what the apps share. */
export function prepareShared(script: LaunchScript): void {
  script.raw(`mkdir -p ${WAITING_ROOT.root}/dev ${WAITING_ROOT.root}/proc ${SHARED_MEMORY}`);
  const options = 'nosuid,nodev,noexec,mode=1777,size=65536k';
  script.attempt(
    'run: cannot make the shared memory of the pod',
    'mount',
    '-t',
    'tmpfs',
    '-o',
    options,
    'shm',
    SHARED_MEMORY,
  );
}

/** The words that the launcher becomes: a shell that runs all apps. */
export function runAppsWords(
  pod: PodEntry,
  podDir: string,
  runtime: OciRuntime,
  apps: readonly string[],
): string {
  const text = readFileSync(new URL('./run-apps.sh', import.meta.url), 'utf8');
  const status = statusDir(pod).replace(`${pod.dir}/`, '');
  const { path, perl = '' } = runtime;
  const tool = [path, cgroupOption(runtime), perl, perl === '' ? '' : waiterText()];
  return commandLine('/bin/sh', '-c', text, 'run-apps', ...tool, podDir, pod.uuid, status, ...apps);
}
