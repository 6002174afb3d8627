export type { HubStats } from './sse/sse-hub.ts';
export type {
  ListenAddress,
  MetricsRenderer,
  ReloadableOptions,
  ServerLimits,
  ServerOptions,
} from './options.ts';
export { createServer, type Server } from './server.ts';
