import type { HclogLevel } from '../nomad/hclog.ts';
import { servePlugin } from '../nomad/plugin-process.ts';
import { LOG_LEVELS, variableOf } from './global-options.ts';

/** The flags of the command line, by key, with `config` for the file. */
type Flags = Readonly<Record<string, unknown>>;

/**
 * Turns this process into a Nomad plugin. The settings are those of every command, except that the log level defaults
 * to all messages, because the agent filters.
 *
 * @returns the exit code
 */
export async function serveNomadPlugin(flags: Flags): Promise<number> {
  return servePlugin({
    ...levelOf(flags['logLevel'] ?? process.env[variableOf('logLevel')]),
    // The driver, the settings and their schemas take longer to load than everything else, so the handshake comes
    // first.
    loadServices: async (logger) => {
      const [{ driverServices }, { driverOptionsOf, loadSettings }, { presentDefaultConfig }] =
        await Promise.all([
          import('../nomad/driver-services.ts'),
          import('./settings.ts'),
          import('./default-config.ts'),
        ]);
      const { env } = process;
      const settings = loadSettings({
        ...{ flags, env, cwd: process.cwd() },
        defaultConfig: presentDefaultConfig(env),
      });
      return driverServices({ logger, options: { ...driverOptionsOf(settings), publisher: 'nomad' } });
    },
  });
}

/** An unknown level is rejected by the settings, with a message. */
function levelOf(text: unknown): { readonly logLevel?: HclogLevel } {
  const logLevel = LOG_LEVELS.find((level) => level === text);
  return logLevel === undefined ? {} : { logLevel };
}
