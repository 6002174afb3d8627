import type { FlagSpec } from './args.ts';
import type { AppDraft } from './app-args.ts';
import { parseBool } from './args.ts';
import { acIdentifierProblem, acNameProblem } from '../names.ts';
import { parseQuantity, quantityProblem } from '../manifest/quantity.ts';

/** Puts the value of a per-app flag into an app; says what is wrong with it otherwise. */
export type ApplyAppFlag = (app: AppDraft, value: string) => string | undefined;

const MIN_MEMORY_BYTES = 4096n;

function once(
  field: 'exec' | 'name' | 'user' | 'group' | 'workingDir' | 'seccomp',
  flag: string,
): ApplyAppFlag {
  return (app, value) => {
    if (app[field] !== undefined) return `--${flag} specified multiple times for the same image`;
    app[field] = value;
    return undefined;
  };
}

function pair(
  field: 'environment' | 'annotations' | 'userAnnotations' | 'userLabels',
  flag: string,
): ApplyAppFlag {
  return (app, value) => {
    const at = value.indexOf('=');
    if (at < 0) return `invalid format of --${flag} flag ${JSON.stringify(value)}`;
    const name = value.slice(0, at);
    const problem = field === 'annotations' ? acIdentifierProblem(name) : undefined;
    if (problem !== undefined) return problem;
    const known = app[field].findIndex((entry) => entry.name === name);
    const entry = { name, value: value.slice(at + 1) };
    app[field] = known < 0 ? [...app[field], entry] : app[field].with(known, entry);
    return undefined;
  };
}

function memory(app: AppDraft, value: string): string | undefined {
  const quantity = parseQuantity(value);
  if (quantity === undefined) return `error parsing request: ${quantityProblem}`;
  const bytes = (quantity.milli + 999n) / 1000n;
  if (bytes < MIN_MEMORY_BYTES) {
    return `memory limit of ${bytes} bytes too low. Try a reasonable value, such as --memory=16M`;
  }
  app.memory = value;
  return undefined;
}

function cpu(app: AppDraft, value: string): string | undefined {
  if (parseQuantity(value) === undefined) return `error parsing request: ${quantityProblem}`;
  app.cpu = value;
  return undefined;
}

function integer(
  field: 'cpuShares' | 'oomScoreAdj',
  isolator: string,
  min: number,
  max: number,
): ApplyAppFlag {
  return (app, value) => {
    if (!/^[+-]?\d+$/.test(value)) return `strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`;
    const number = Number(value);
    if (number < min || number > max)
      return `os/linux/${isolator} must be between ${min} and ${max}, got ${number}`;
    app[field] = number;
    return undefined;
  };
}

function gids(app: AppDraft, value: string): string | undefined {
  const numbers = value.split(',');
  if (!numbers.every((gid) => /^[+-]?\d+$/.test(gid))) return '--supplementary-gids must be integers';
  app.supplementaryGids = numbers.map(Number);
  return undefined;
}

function caps(field: 'capsRetain' | 'capsRemove'): ApplyAppFlag {
  return (app, value) => {
    app[field] = value.split(',');
    return undefined;
  };
}

function readonlyRootfs(app: AppDraft, value: string): string | undefined {
  const flag = parseBool(value);
  if (flag === undefined) return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
  app.readonlyRootfs = flag;
  return undefined;
}

/** Reads `volume=NAME,target=PATH`; a string is what is wrong with it. */
export function parseMount(value: string): { readonly volume: string; readonly path: string } | string {
  const mount = { volume: '', path: '' };
  for (const part of value.split(',')) {
    const at = part.indexOf('=');
    const key = at < 0 ? part : part.slice(0, at);
    const text = at < 0 ? '' : part.slice(at + 1);
    if (key === 'target') mount.path = text;
    else if (key !== 'volume') return `unknown mount parameter ${JSON.stringify(key)}`;
    else {
      const problem = acNameProblem(text);
      if (problem !== undefined) return problem;
      mount.volume = text;
    }
  }
  return mount;
}

interface AppFlag {
  readonly spec: FlagSpec;
  readonly apply: ApplyAppFlag;
}

function flag(name: string, help: string, apply: ApplyAppFlag): AppFlag {
  return { spec: { name, kind: 'value', help }, apply };
}

function oldSpelling(name: string, of: string): FlagSpec {
  return { name, kind: 'value', help: '', deprecated: `use --${of} instead`, aliasOf: of };
}

/** The flags that belong to the image in front of them. `--mount` is treated apart: it may also come first. */
const FLAGS: readonly AppFlag[] = [
  flag(
    'annotation',
    "set the app's annotations (example: '--annotation=foo=bar')",
    pair('annotations', 'annotation'),
  ),
  flag('caps-remove', "capability to remove (example: '--caps-remove=CAP_MKNOD')", caps('capsRemove')),
  flag('caps-retain', "capability to retain (example: '--caps-retain=CAP_SYS_ADMIN')", caps('capsRetain')),
  flag('cpu', "cpu limit for the preceding image (example: '--cpu=500m')", cpu),
  flag(
    'cpu-shares',
    "cpu-shares assigns the specified CPU time share weight (example: '--cpu-shares=2048')",
    integer('cpuShares', 'cpu-shares', 2, 262144),
  ),
  flag(
    'environment',
    "set the app's environment variables (example: '--environment=foo=bar')",
    pair('environment', 'environment'),
  ),
  flag('exec', 'override the exec command for the preceding image', once('exec', 'exec')),
  flag('group', "group override for the preceding image (example: '--group=group')", once('group', 'group')),
  flag(
    'memory',
    "memory limit for the preceding image (example: '--memory=16Mi', '--memory=50M', '--memory=1G')",
    memory,
  ),
  flag(
    'name',
    "set the name of the app (example: '--name=foo'). If not set, then the app name default to the image's name",
    once('name', 'name'),
  ),
  flag(
    'oom-score-adj',
    'oom-score-adj isolator override',
    integer('oomScoreAdj', 'oom-score-adj', -1000, 1000),
  ),
  flag('readonly-rootfs', "if set, the app's rootfs will be mounted read-only", readonlyRootfs),
  flag(
    'seccomp',
    "seccomp filter override (example: '--seccomp mode=retain,errno=EPERM,chmod,chown')",
    once('seccomp', 'seccomp'),
  ),
  flag(
    'supplementary-gids',
    "supplementary group IDs override for the preceding image (examples: '--supplementary-gids=1024,2048'",
    gids,
  ),
  flag('user', "user override for the preceding image (example: '--user=user')", once('user', 'user')),
  flag(
    'user-annotation',
    "set the app's annotations (example: '--user-annotation=foo=bar')",
    pair('userAnnotations', 'user-annotation'),
  ),
  flag(
    'user-label',
    "set the app's labels (example: '--user-label=foo=bar')",
    pair('userLabels', 'user-label'),
  ),
  flag(
    'working-dir',
    'override the working directory of the preceding image',
    once('workingDir', 'working-dir'),
  ),
];

const SIGNATURE = flag(
  'signature',
  'local signature file to use in validating the preceding image',
  (app, value) => {
    app.signature = value;
    return undefined;
  },
);

/** `--mount`, both in front of and after images. */
export const mountFlag: FlagSpec = {
  name: 'mount',
  kind: 'list',
  help: 'mount point binding a volume to a path within an app',
  check: (value) => {
    const mount = parseMount(value);
    return typeof mount === 'string' ? mount : undefined;
  },
};

/** The flags that `fetch` accepts after an image. */
export const fetchAppFlags: readonly FlagSpec[] = [SIGNATURE.spec];

/** The flags that may follow an image in run and prepare; to be part of a command's `flags`. */
export const appFlags: readonly FlagSpec[] = [
  ...FLAGS.map(({ spec }) => spec),
  SIGNATURE.spec,
  mountFlag,
  oldSpelling('cap-retain', 'caps-retain'),
  oldSpelling('cap-remove', 'caps-remove'),
];

/** How to apply a per-app flag (by its current name); undefined for flags of the pod. */
export function appFlagOf(spec: FlagSpec): ApplyAppFlag | undefined {
  return [...FLAGS, SIGNATURE].find((known) => known.spec.name === (spec.aliasOf ?? spec.name))?.apply;
}
