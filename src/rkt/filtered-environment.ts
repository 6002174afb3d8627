/** Variables that contain secrets of the agent, which rkt and its children must not get. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'CONSUL_TOKEN',
  'CONSUL_HTTP_TOKEN',
  'VAULT_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
]);

/**
 * The environment of rkt: the given one (PATH is needed to find iptables) without the variables that contain secrets.
 */
export function filteredEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const kept = Object.entries(env).filter(([name]) => !SECRET_VARIABLES.has(name));
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
