import type { TaskSpec } from '../../model/task-spec.ts';

/**
 * The global flags of rkt for a task, before the subcommand. Without a trusted prefix no image is verified, as in the
 * original driver.
 */
export function globalArguments({ config }: TaskSpec): readonly string[] {
  const debug = `--debug=${config.debug}`;
  if (config.insecure_options.length > 0) {
    return [`--insecure-options=${config.insecure_options.join(',')}`, debug];
  }
  return hasTrustPrefix(config) ? [debug] : ['--insecure-options=all', debug];
}

/** True when `rkt trust` must run before the image is fetched. */
export function hasTrustPrefix(
  config: TaskSpec['config'],
): config is TaskSpec['config'] & { trust_prefix: string } {
  return config.trust_prefix !== undefined && config.trust_prefix !== '';
}
