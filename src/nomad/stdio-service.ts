import type { GRPCStdioHandlers } from './generated/plugin/GRPCStdio.ts';

/**
 * The output of a plugin, for a host that shows it. This one prints nothing, and keeps the stream open until the host
 * disconnects.
 */
export function stdioService(): GRPCStdioHandlers {
  return { StreamStdio: () => undefined };
}
