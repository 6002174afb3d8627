import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { runProgram } from './program.ts';

const CGROUPS = '/sys/fs/cgroup';
/**
 * In namespaces of its own: podman's mounts, and its monitor, which outlives the container, end with them. crun runs nothing
 * while a hierarchy of v2 beside those of v1 has controllers.
 */
const SCRIPT = `
dir=$1 parent=$2 rootfs=$3
mount -t tmpfs tmpfs /run
[ ! -d ${CGROUPS}/unified ] || mount -t tmpfs tmpfs ${CGROUPS}/unified
podman() {
  command podman --root "$dir/storage" --runroot /run/podman --storage-driver vfs --cgroup-manager cgroupfs --runtime crun \\
    --events-backend none "$@"
}
set -- --cgroup-parent "/$parent" --cgroups no-conmon --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 --network none
echo run
podman run --rm "$@" --rootfs "$rootfs" /bin/sh /seen.sh
podman run --name it --detach "$@" --rootfs "$rootfs" /bin/sleep 1000 >/dev/null
echo exec
podman exec it /bin/sh /seen.sh
podman rm --force --time 0 it >/dev/null
`;

/** What `/bin/sh /seen.sh` prints in a container of podman with podman's defaults, and as a command in one. */
export async function seenByPodman(
  dir: string,
  rootfs: string,
): Promise<{ readonly run: string; readonly exec: string }> {
  const parent = `rkt-streams-test-${process.pid}-podman`;
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const words = [...namespaces, 'sh', '-ec', SCRIPT, 'sh', dir, parent, rootfs];
  const { exitCode, stdout, stderr } = await runProgram('unshare', words);
  for (const hierarchy of readdirSync(CGROUPS)) {
    const left = join(CGROUPS, hierarchy, parent);
    if (existsSync(left)) rmdirSync(left);
  }
  if (exitCode !== 0) throw new Error(`podman: ${stderr}`);
  const [, run = '', exec = ''] = /^run\n([^]*)\nexec\n([^]*)$/.exec(stdout) ?? [];
  return { run, exec };
}
