export { HCLOG_LEVELS, createHclog, type HclogLevel, type HclogOptions } from './hclog.ts';
export { installPlugin, type InstallOptions, type Installation } from './install.ts';
export { servePlugin, type ServePluginOptions } from './plugin-process.ts';
export type { DriverServices } from './plugin-server.ts';
