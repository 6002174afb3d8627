import { RktError } from '../../model/rkt-error.ts';
import type { DriverConfig } from '../../model/driver-config.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { HIDDEN } from '../../model/hidden.ts';
import { withoutCredentials } from '../../model/url-credentials.ts';
import { commandWords } from '../../model/secret-words.ts';
import { environmentOf } from './environment-arguments.ts';
import { globalArguments } from './global-arguments.ts';
import { portArguments } from './port-arguments.ts';
import { runPreparedArguments } from './run-prepared-arguments.ts';
import { stage1Argument } from './stage1-arguments.ts';

/** User annotations that identify the pods of this driver in `rkt list` and `rkt status`. */
export const START_ANNOTATION = 'rkt-streams/start';
export const TASK_ANNOTATION = 'rkt-streams/task';

export interface PrepareInput {
  readonly spec: TaskSpec;
  readonly driverConfig: Pick<DriverConfig, 'stage1'>;
  /** From `volumeArguments`. */
  readonly volumes: readonly string[];
  /** Distinguishes this start from every other one. */
  readonly startToken: string;
}

/**
 * Arguments of `rkt prepare` for a task, from the global flags to those of the app.
 *
 * The values of `rkt run-prepared` are validated here as well, so that no pod is prepared in vain.
 *
 * @throws {@link RktError} RKT_ERR_TASK_CONFIG, RKT_ERR_DNS, RKT_ERR_PORT_MAP
 */
export function prepareArguments(input: PrepareInput): readonly string[] {
  const { spec, driverConfig, startToken } = input;
  const { config } = spec;
  const later = [...runPreparedArguments(spec, ''), config.trust_prefix ?? ''];
  const ports = portArguments(spec);
  const args = [
    ...globalArguments(spec),
    'prepare',
    ...stage1Argument(config.stage1 ?? driverConfig.stage1),
    ...(config.no_overlay ? ['--no-overlay=true'] : []),
    ...input.volumes,
    ...Object.entries(environmentOf(spec)).map(([name, value]) => `--set-env=${name}=${value}`),
    imageArgument(config.image),
    ...appArguments(spec, ports),
    `--user-annotation=${START_ANNOTATION}=${startToken}`,
    `--user-annotation=${TASK_ANNOTATION}=${spec.id}`,
    ...commandArguments(config.args),
  ];
  const cut = commandWords([...later, ...args]).find(({ text }) => text.includes('\0'));
  if (cut !== undefined) {
    const what = cut.shown === HIDDEN ? 'a word of args' : JSON.stringify(cut.shown);
    throw new RktError('RKT_ERR_TASK_CONFIG', `${what} contains a NUL byte`);
  }
  return args;
}

function imageArgument(image: string): string {
  if (image.startsWith('-'))
    throw new RktError('RKT_ERR_TASK_CONFIG', `the image "${withoutCredentials(image)}" begins with a dash`);
  return image;
}

function appArguments({ config, resources, user }: TaskSpec, ports: readonly string[]): readonly string[] {
  const { memoryLimitBytes, cpuShares, oomScoreAdj } = resources;
  return [
    ...option('exec', config.command),
    ...option('memory', memoryLimitBytes),
    // A weight; --cpu would be a hard limit counted in cores.
    ...option('cpu-shares', cpuShares),
    ...option('oom-score-adj', oomScoreAdj),
    ...ports,
    ...option('user', user),
    ...option('group', config.group),
    ...option('supplementary-gids', config.supplementary_groups?.join(',')),
    ...option('working-dir', config.working_dir),
    ...(config.readonly_rootfs === true ? ['--readonly-rootfs=true'] : []),
    ...option('caps-retain', config.cap_retain?.join(',')),
    ...option('caps-remove', config.cap_remove?.join(',')),
    ...option('seccomp', config.seccomp),
  ];
}

function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [`--${name}=${value}`];
}

function commandArguments(args: readonly string[]): readonly string[] {
  // rkt silently drops empty arguments, and `---` ends the list.
  const lost = args.find((arg) => arg === '' || arg === '---');
  if (lost !== undefined) {
    throw new RktError(
      'RKT_ERR_TASK_CONFIG',
      `args holds ${JSON.stringify(lost)}, which rkt does not pass to the app`,
    );
  }
  return args.length === 0 ? [] : ['--', ...args];
}
