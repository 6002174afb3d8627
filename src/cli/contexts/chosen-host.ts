import type { AgentAddress } from '../../drivers/remote/node-transport.ts';
import { RktError } from '../../model/rkt-error.ts';
import { readCaFile } from './ca-file.ts';
import { readContexts } from './contexts-file.ts';

/** The name of this machine among the contexts. */
export const LOCAL = 'local';

export interface HostSettings {
  /** A URL, the name of a context, or `local`. */
  readonly host?: string | undefined;
  readonly agent: boolean;
  /** A file of certificates that are trusted for it, before those of a context. */
  readonly tlsCa?: string | undefined;
}

/**
 * The agent that `--host`, RKT_STREAMS_HOST or the current context name; undefined for this machine. The token of a URL is
 * RKT_STREAMS_TOKEN, that of a context is kept with it.
 *
 * @throws RKT_ERR_OPTIONS for an unknown context, and for a host together with --no-agent
 */
export function chosenHost(
  { host, agent, tlsCa }: HostSettings,
  env: Readonly<Record<string, string | undefined>>,
): AgentAddress | undefined {
  if (host === LOCAL) return undefined;
  if (host !== undefined && !agent)
    throw new RktError('RKT_ERR_OPTIONS', '--host names an agent, and --no-agent excludes it');
  if (!agent) return undefined;
  if (host?.includes(':') === true) return addressOf({ url: host, token: env['RKT_STREAMS_TOKEN'] }, tlsCa);
  const { current = LOCAL, contexts } = readContexts(env);
  const name = host ?? current;
  if (name === LOCAL) return undefined;
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return addressOf(context, tlsCa);
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `There is no context ${JSON.stringify(name)}; \`rkt-streams context ls\` lists them, and a URL begins with http://, https:// or unix://`,
  );
}

/** `unix:///run/agent.sock` is a socket. */
function addressOf(
  {
    url,
    token,
    ca: kept,
  }: {
    readonly url: string;
    readonly token?: string | undefined;
    readonly ca?: string | undefined;
  },
  tlsCa: string | undefined,
): AgentAddress {
  const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(url)?.[1];
  if (socketPath !== undefined) return { socketPath };
  const ca = tlsCa === undefined ? kept : readCaFile(tlsCa);
  return { url, ...(ca !== undefined && { ca }), ...(token !== undefined && token !== '' && { token }) };
}
