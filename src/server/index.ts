export type { AlertConfigInput, AlertMetric, AlertRuleInput } from './alerts/alert-rules.ts';
export type { ReceiverInput } from './alerts/delivery/receiver-config.ts';
export { parseListenAddress, type ListenAddress } from '../model/listen-address.ts';
export type { HubStats } from './sse/sse-hub.ts';
export type { MetricsRenderer, ReloadableOptions, ServerLimits, ServerOptions } from './options.ts';
export { createServer, type Server } from './server.ts';
