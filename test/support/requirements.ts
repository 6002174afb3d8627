import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';

import type { Context, Suite } from 'mocha';

import { hostProgram } from './host-program.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

type Check = () => string | undefined;

/** What tests need of the machine. Each answers why it is missing. */
const CHECKS = {
  root: () => (process.getuid?.() === 0 ? undefined : 'needs root'),
  pods: () =>
    spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status === 0
      ? undefined
      : 'needs mount namespaces',
  cgroups: () =>
    ['/sys/fs/cgroup/pids/cgroup.procs', '/sys/fs/cgroup/cgroup.procs'].some(existsSync)
      ? undefined
      : 'needs a cgroup hierarchy',
  cores: () => (cpus().length >= 2 ? undefined : 'needs two cores'),
  busybox: () => missing('busybox'),
  xz: () => missing('xz'),
  bzip2: () => missing('bzip2'),
  gpg: () => missing('gpg'),
  tmux: () => missing('tmux'),
  perl: () => missing('perl'),
  openssl: () => missing('openssl'),
  nginx: () => missing('nginx'),
  caddy: () => missing('caddy'),
  ip: () => missing('ip'),
  cni: () => (existsSync('/usr/lib/cni/ptp') ? undefined : 'containernetworking-plugins is not installed'),
  iptables: () => missing('iptables-save') ?? missing('ip6tables-save'),
  crun: () => missing('crun'),
  runc: () => missing('runc'),
  catatonit: () => missing('catatonit'),
  podman: () => missing('podman'),
  umoci: () => missing('umoci'),
  skopeo: () => missing('skopeo'),
  'docker-registry': () => (registryPath() === undefined ? 'docker-registry is not installed' : undefined),
  zstd: () => missing('zstd'),
  getfattr: () => missing('getfattr') ?? missing('setfattr'),
  shellcheck: () => missing('shellcheck'),
  dpkg: () => missing('dpkg-deb'),
  systemd: () => missing('systemd-analyze'),
  python3: () => (existsSync('/usr/bin/python3') ? undefined : 'python3 is not installed'),
  prometheus: () => missing('prometheus') ?? missing('promtool'),
  alertmanager: () => missing('prometheus-alertmanager'),
  chromium: () => (chromiumPath() === undefined ? `no Chromium at ${BROWSERS.join(', ')}` : undefined),
  nomad: () => (nomadPath() === undefined ? 'no nomad on the PATH' : undefined),
  qemu: () => missing('qemu-system-x86_64'),
  // These depend on more than the machine; the test that needs one finds out and gives the reason.
  kernel: () => undefined,
  usernamespaces: () => undefined,
  'cgroup-v1': () => undefined,
  'embedded-rkt': () => undefined,
} satisfies Record<string, Check>;

export type Requirement = keyof typeof CHECKS;

/**
 * Skips the test, or in a hook all tests of its block, where the machine lacks something; the reason becomes part of
 * their names. Where RKT_STREAMS_TEST_REQUIRE (names with commas between) lists the requirement, they fail instead.
 */
export function requires(context: Context, ...names: readonly Requirement[]): void {
  for (const name of names) {
    const reason = CHECKS[name]();
    if (reason !== undefined) skipFor(context, name, reason);
  }
}

/** The same for a reason that the test itself has found. */
export function skipFor(context: Context, name: Requirement, reason: string): never {
  if (required().has(name)) throw new Error(`RKT_STREAMS_TEST_REQUIRE lists ${name}: ${reason}`);
  addReason(context, ` (${reason})`);
  return context.skip();
}

export function chromiumPath(): string | undefined {
  return BROWSERS.find((path) => existsSync(path));
}

/** The nomad on the PATH, or the one that RKT_STREAMS_TEST_NOMAD names. */
export function nomadPath(): string | undefined {
  return process.env['RKT_STREAMS_TEST_NOMAD'] ?? hostProgram('nomad');
}

/** The docker-registry on the PATH, or the one that RKT_STREAMS_TEST_REGISTRY names. */
export function registryPath(): string | undefined {
  return process.env['RKT_STREAMS_TEST_REGISTRY'] ?? hostProgram('docker-registry');
}

function missing(program: string): string | undefined {
  return hostProgram(program) === undefined ? `${program} is not installed` : undefined;
}

/** @throws Error for a name that no test knows: with a misspelt name nothing would be required. */
function required(): ReadonlySet<string> {
  const names = (process.env['RKT_STREAMS_TEST_REQUIRE'] ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown === undefined) return new Set(names);
  throw new Error(`RKT_STREAMS_TEST_REQUIRE: "${unknown}" is none of ${Object.keys(CHECKS).join(', ')}`);
}

function addReason({ test, currentTest }: Context, reason: string): void {
  // A skipped hook prints no title of its own.
  if (test?.title.startsWith('"before all" hook') === true) addToAll(test.parent, reason);
  else if (test?.title.startsWith('"before each" hook') === true && currentTest) currentTest.title += reason;
  else if (test !== undefined) test.title += reason;
}

function addToAll(suite: Suite | undefined, reason: string): void {
  for (const test of suite?.tests ?? []) test.title += reason;
  for (const inner of suite?.suites ?? []) addToAll(inner, reason);
}
