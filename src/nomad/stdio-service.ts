import type { GRPCStdioHandlers } from './generated/plugin/GRPCStdio.ts';

/** What a plugin prints, for a host that shows it. This one prints nothing, and keeps the stream open until the host leaves. */
export function stdioService(): GRPCStdioHandlers {
  return { StreamStdio: () => undefined };
}
