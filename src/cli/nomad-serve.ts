import type { HclogLevel } from '../nomad/hclog.ts';
import { servePlugin } from '../nomad/plugin-process.ts';
import { LOG_LEVELS, variableOf } from './global-options.ts';

/** What the command line gave, by key, with `config` for the file. */
type Flags = Readonly<Record<string, unknown>>;

/**
 * Makes a Nomad plugin of this process. The settings are those of every command, but for the level of the log: the agent
 * filters, so all of it is written.
 *
 * @returns the exit code
 */
export async function serveNomadPlugin(flags: Flags): Promise<number> {
  return servePlugin({
    ...levelOf(flags['logLevel'] ?? process.env[variableOf('logLevel')]),
    // The driver, the settings and what checks them take longer to load than all the rest: the handshake goes first.
    loadServices: async (logger) => {
      const [{ driverServices }, { driverOptionsOf, loadSettings }] = await Promise.all([
        import('../nomad/driver-services.ts'),
        import('./settings.ts'),
      ]);
      const settings = loadSettings({ flags, env: process.env, cwd: process.cwd() });
      return driverServices({ logger, options: { ...driverOptionsOf(settings), publisher: 'nomad' } });
    },
  });
}

/** A level that there is not is for the settings to refuse, in words. */
function levelOf(text: unknown): { readonly logLevel?: HclogLevel } {
  const logLevel = LOG_LEVELS.find((level) => level === text);
  return logLevel === undefined ? {} : { logLevel };
}
