import type { FlagSpec } from './args.ts';
import type { InsecureOption } from '../embedded-context.ts';

const SINGLE: readonly InsecureOption[] = [
  'image',
  'tls',
  'ondisk',
  'http',
  'pubkey',
  'capabilities',
  'paths',
  'seccomp',
];
const GROUPS: Readonly<Record<string, readonly InsecureOption[]>> = {
  none: [],
  'all-fetch': ['image', 'tls', 'http', 'pubkey'],
  'all-run': ['ondisk', 'capabilities', 'paths', 'seccomp'],
  all: SINGLE,
};
const NAMES = ['none', ...SINGLE, 'all-fetch', 'all-run', 'all'];

/** The checks switched off by a `--insecure-options` value. */
export function parseInsecureOptions(text: string): ReadonlySet<InsecureOption> {
  return new Set(
    text.split(',').flatMap((name) => GROUPS[name] ?? SINGLE.filter((single) => single === name)),
  );
}

/** A check for comma-separated lists of fixed words. */
export function oneOfEach(names: readonly string[]): (value: string) => string | undefined {
  return (value) => {
    const unknown = value.split(',').find((name) => !names.includes(name));
    return unknown === undefined ? undefined : `unknown option ${JSON.stringify(unknown)}`;
  };
}

/** The options every command takes, wherever they stand. */
export const globalFlags: readonly FlagSpec[] = [
  { name: 'debug', kind: 'bool', help: 'print out more debug information to stderr' },
  {
    name: 'dir',
    kind: 'value',
    default: '/var/lib/rkt',
    help: 'rkt data directory',
    check: (value) => (value === '' ? '"" is not a valid directory' : undefined),
  },
  {
    name: 'insecure-options',
    kind: 'value',
    default: 'none',
    help: `comma-separated list of security features to disable. Allowed values: ${NAMES.map((name) => `"${name}"`).join(', ')}`,
    check: oneOfEach(NAMES),
  },
  { name: 'local-config', kind: 'value', default: '/etc/rkt', help: 'local configuration directory' },
  { name: 'system-config', kind: 'value', default: '/usr/lib/rkt', help: 'system configuration directory' },
  { name: 'trust-keys-from-https', kind: 'bool', help: 'automatically trust gpg keys fetched from https' },
  { name: 'user-config', kind: 'value', help: 'user configuration directory' },
];

/** The check of `--format` flags. */
export const formatFlag: FlagSpec = {
  name: 'format',
  kind: 'value',
  help: "choose the output format, allowed format includes 'json', 'json-pretty'. If empty, then the result is printed as key value pairs",
  check: (value) =>
    ['', 'json', 'json-pretty'].includes(value) ? undefined : `Invalid format option: ${value}`,
};

/** `--help` and `-h`, which every command has. */
export const helpFlag: FlagSpec = { name: 'help', kind: 'bool', help: 'help for rkt' };
