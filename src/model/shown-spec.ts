import { HIDDEN } from './hidden.ts';
import type { TaskSpec } from './task-spec.ts';
import { withoutCredentials } from './url-credentials.ts';

/** A specification as it may be shown: names of variables without values, and how many args there are. */
export function withoutSecrets(spec: TaskSpec): TaskSpec {
  const { env, deviceEnv, config } = spec;
  return {
    ...spec,
    config: { ...config, image: withoutCredentials(config.image), args: config.args.map(() => HIDDEN) },
    env: hidden(env),
    ...(deviceEnv === undefined ? {} : { deviceEnv: hidden(deviceEnv) }),
  };
}

function hidden(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(env).map((name) => [name, HIDDEN]));
}
