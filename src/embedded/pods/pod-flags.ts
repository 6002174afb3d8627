import { readFileSync } from 'node:fs';

import type { FlagSpec, Flags } from '../command-line/args.ts';
import { RktFailure, systemErrorText, UsageFailure } from '../embedded-context.ts';
import type { NameValue } from '../command-line/app-args.ts';
import { appFlags } from '../command-line/image-args.ts';
import { portProblem, volumeProblem } from './volume-args.ts';

const value = (name: string, help: string): FlagSpec => ({ name, kind: 'value', help });

/** Flags that prepare and run share. */
export function preparationFlags(help: {
  readonly portIp: string;
  readonly podManifest: string;
  readonly envFile: string;
}) {
  const flags: readonly FlagSpec[] = [
    ...appFlags,
    { name: 'inherit-env', kind: 'bool', help: 'inherit all environment variables not set by apps' },
    { name: 'no-overlay', kind: 'bool', help: 'disable overlay filesystem' },
    {
      name: 'pod-manifest',
      kind: 'string',
      help: `the path to the pod manifest. If it's non-empty, then only ${help.podManifest} will have effect`,
    },
    {
      name: 'port',
      kind: 'list',
      help: `ports to expose on the host (requires contained network). Syntax: --port=NAME:${help.portIp}HOSTPORT`,
      check: portProblem,
    },
    { name: 'private-users', kind: 'bool', help: 'run within user namespaces.' },
    { name: 'pull-policy', kind: 'string', default: 'new', help: 'when to pull an image' },
    { name: 'store-only', kind: 'bool', help: '', deprecated: 'please use --pull-policy=never' },
    { name: 'no-store', kind: 'bool', help: '', deprecated: 'please use --pull-policy=update' },
    {
      name: 'set-env',
      kind: 'list',
      help: 'environment variable to set for all the apps in the form key=value, this will be overridden by --environment',
      check: (text) => (/^[^=]+=/.test(text) ? undefined : 'must be specified as key=value'),
    },
    {
      name: 'set-env-file',
      kind: 'list',
      help: `${help.envFile} to an environment variables file`,
      check: (path) => {
        const variables = readEnvFile(path);
        return typeof variables === 'string' ? variables : undefined;
      },
    },
    value('stage1-from-dir', 'filename of an image in stage1 images directory to use as stage1'),
    value('stage1-hash', 'hash of an image to use as stage1'),
    value('stage1-name', 'name of an image to use as stage1'),
    value('stage1-path', 'absolute or relative path to an image to use as stage1'),
    value('stage1-url', 'URL to an image to use as stage1'),
    { name: 'volume', kind: 'list', help: 'volumes to make available in the pod', check: volumeProblem },
  ];
  return flags;
}

/** Variables of a file with a `NAME=value` on each line; `#` comments. A string says what is wrong. */
function readEnvFile(path: string): readonly NameValue[] | string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return systemErrorText('open', path, error);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.some((line) => line.indexOf('=') < 1)) {
    return `environment variable must be specified as name=value (file ${JSON.stringify(path)})`;
  }
  return lines.map(toPair);
}

function toPair(text: string): NameValue {
  const at = text.indexOf('=');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Variables for all apps, the later ones stronger: `--set-env-file`, then `--set-env`. @throws UsageFailure */
export function podEnvironment(flags: Flags): readonly NameValue[] {
  const seen = new Set<string>();
  for (const text of flags.list('set-env')) {
    const { name } = toPair(text);
    if (seen.has(name)) {
      const quoted = JSON.stringify(text);
      throw new UsageFailure(
        `invalid argument ${quoted} for --set-env=${text}: key ${JSON.stringify(name)} already set`,
      );
    }
    seen.add(name);
  }
  const files = flags.list('set-env-file').flatMap((path) => {
    const variables = readEnvFile(path);
    if (typeof variables === 'string') throw new RktFailure(variables);
    return variables;
  });
  return [...files, ...flags.list('set-env').map(toPair)];
}

/** `--pull-policy`, also by its old spellings. @throws RktFailure for both at once */
export function pullPolicy(flags: Flags): string {
  const [never, update] = [flags.bool('store-only'), flags.bool('no-store')];
  if (never && update) throw new RktFailure('both --store-only and --no-store specified');
  if (never) return 'never';
  return update ? 'update' : flags.string('pull-policy');
}
