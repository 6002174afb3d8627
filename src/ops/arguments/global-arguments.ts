import type { TaskSpec } from '../../model/task-spec.ts';

/** rkt's global flags for a task, in front of the subcommand. Without a trusted prefix no image is verified, as ever. */
export function globalArguments({ config }: TaskSpec): readonly string[] {
  const debug = `--debug=${config.debug}`;
  if (config.insecure_options.length > 0) {
    return [`--insecure-options=${config.insecure_options.join(',')}`, debug];
  }
  return hasTrustPrefix(config) ? [debug] : ['--insecure-options=all', debug];
}

/** True when `rkt trust` is to run before the image is fetched. */
export function hasTrustPrefix(
  config: TaskSpec['config'],
): config is TaskSpec['config'] & { trust_prefix: string } {
  return config.trust_prefix !== undefined && config.trust_prefix !== '';
}
