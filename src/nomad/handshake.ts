/**
 * The cookie that a Nomad agent sets in the environment of its plugins; it only identifies the caller, and is not a
 * secret.
 */
const COOKIE_NAME = 'NOMAD_PLUGIN_MAGIC_COOKIE';
const COOKIE = 'e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255';

/** The go-plugin protocol, and the protocol of the application inside it: 2 is gRPC. */
const CORE_PROTOCOL = 1;
const APP_PROTOCOLS: readonly number[] = [2];

/** The message for a person who starts the plugin. */
export const NOT_TO_BE_RUN = `This is a Nomad plugin. It is started by a Nomad agent and is not to be run by hand.
Put it into the agent's plugin directory with: rkt-streams nomad install DIR
`;

/** The requests of the host to the plugin. */
export interface Invitation {
  readonly appProtocol: number;
  /** Where the socket goes, instead of the directory for temporary files. */
  readonly socketDir?: string;
  /** Name or number of the group that may connect as well. */
  readonly socketGroup?: string;
  /** PEM; the host wants TLS with a client that has this certificate. */
  readonly clientCert?: string;
  /** The host knows the seventh field of the handshake. Older ones would take it for a part of the sixth. */
  readonly knowsMultiplexing: boolean;
  /** Warnings about the environment. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the requests of the host from the environment; undefined when no host has started this process. */
export function readInvitation(env: Environment): Invitation | undefined {
  if (env[COOKIE_NAME] !== COOKIE) return undefined;
  const socketDir = present(env['PLUGIN_UNIX_SOCKET_DIR']);
  const socketGroup = present(env['PLUGIN_UNIX_SOCKET_GROUP']);
  const clientCert = present(env['PLUGIN_CLIENT_CERT']);
  return {
    ...chooseProtocol(env['PLUGIN_PROTOCOL_VERSIONS']),
    ...(socketDir !== undefined && { socketDir }),
    ...(socketGroup !== undefined && { socketGroup }),
    ...(clientCert !== undefined && { clientCert }),
    knowsMultiplexing: env['PLUGIN_MULTIPLEX_GRPC'] !== undefined,
  };
}

/**
 * The highest version that both sides support; without one our lowest, because the error message of the host is
 * better.
 */
function chooseProtocol(offer: string | undefined): Pick<Invitation, 'appProtocol' | 'warnings'> {
  const offers = (offer ?? '').split(',').filter((text) => text.trim() !== '');
  const isNumber = (text: string): boolean => /^\s*\d+\s*$/.test(text);
  const warnings = offers
    .filter((text) => !isNumber(text))
    .map((text) => `PLUGIN_PROTOCOL_VERSIONS holds ${JSON.stringify(text)}, which is not a version`);
  const offered = offers.filter(isNumber).map(Number);
  const common = APP_PROTOCOLS.filter((version) => offered.includes(version));
  if (common.length > 0) return { appProtocol: Math.max(...common), warnings };
  const appProtocol = Math.min(...APP_PROTOCOLS);
  const missing = `The host speaks version ${offered.join(', ') || '(none)'} of the plugin protocol, this plugin ${appProtocol}`;
  return { appProtocol, warnings: [...warnings, missing] };
}

/**
 * The one line that the host reads from stdout.
 *
 * @param certificate of the server, DER. The field stays empty without TLS: a host loads whatever is longer than 50
 * characters, and a Nomad agent crashes over it.
 */
export function handshakeLine(
  { appProtocol, knowsMultiplexing }: Invitation,
  socket: string,
  certificate?: Buffer,
): string {
  const cert = certificate?.toString('base64').replace(/=+$/, '') ?? '';
  const fields = [CORE_PROTOCOL, appProtocol, 'unix', socket, 'grpc', cert];
  return `${[...fields, ...(knowsMultiplexing ? ['false'] : [])].join('|')}\n`;
}

function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
