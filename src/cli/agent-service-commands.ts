import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import type { Command } from 'commander';

import { driverSettings } from '../model/driver-options.ts';
import { printable } from '../model/printable.ts';
import { RktError } from '../model/rkt-error.ts';
import { createOutput } from './cli-output.ts';
import { sourcesOf } from './command-settings.ts';
import { SYSTEM_CONFIG } from './default-config.ts';
import { withExamples } from './help-examples.ts';
import type { ServiceOutcome } from './service/install-agent.ts';
import type { ServiceFiles } from './service/service-files.ts';
import { driverOptionsOf, loadSettings } from './settings.ts';
import { settingsOf } from './with-driver.ts';

interface ServiceFlags {
  readonly root?: string;
  readonly prefix?: string;
  readonly program?: string;
}

interface InstallFlags extends ServiceFlags {
  readonly force?: boolean;
  readonly enable?: boolean;
  readonly dryRun?: boolean;
}

/** `rkt-streams agent install` and `uninstall`. */
export function agentServiceCommands(agent: Command): void {
  const install = withPlaces(
    agent
      .command('install')
      .summary('install the agent as a systemd service')
      .description(
        'Writes the systemd unit, a configuration with every setting as a comment, and a token. Settings on the command line ' +
          'are written into the configuration. Can be repeated; a changed unit is not overwritten, and a changed ' +
          'configuration is kept. A failure leaves the machine unchanged.',
      ),
  )
    .option('--program <path>', 'the command that the unit starts (this one)')
    .option('--enable', 'enable the unit and start it; below a root only enable it')
    .option('-f, --force', 'replace a unit that was changed')
    .option('--dry-run', 'print the files and write nothing')
    .action(installAction);
  withExamples(install, [
    ['agent install --enable', 'Install and start the agent'],
    ['agent install --dry-run', 'Print what would be written'],
    ['agent install --root debian/tmp --prefix /usr --program /usr/bin/rkt-streams', 'Build a package'],
  ]);
  const uninstall = withPlaces(
    agent
      .command('uninstall')
      .summary('remove the systemd service')
      .description(
        'Stops and disables the unit, and removes the files that install has written, unless they were changed. Tasks keep ' +
          'running, and the data directory remains as long as it contains their state.',
      ),
  ).action(uninstallAction);
  withExamples(uninstall, [['agent uninstall', 'Remove the service']]);
}

function withPlaces(command: Command): Command {
  return command
    .option(
      '--root <dir>',
      'the directory of another root, for packages and images; no token is written then',
    )
    .option(
      '--prefix <dir>',
      'put the unit into lib/systemd/system below this directory (/etc/systemd/system)',
    );
}

async function installAction(flags: InstallFlags, self: Command): Promise<void> {
  const files = await filesOf(flags, self);
  const output = createOutput(settingsOf(self));
  if (flags.dryRun === true) {
    for (const { path, text } of [files.unit, files.config])
      output.print({ path, text }, () => `# ${printable(path)}\n${text}`);
    return;
  }
  const { installAgent } = await import('./service/install-agent.ts');
  const { force = false, enable = false } = flags;
  report(await installAgent(files, { force, enable }), self);
  if (!enable && flags.root === undefined)
    output.notice(
      'start the agent with: systemctl daemon-reload && systemctl enable --now rkt-streams-agent',
    );
}

async function uninstallAction(flags: ServiceFlags, self: Command): Promise<void> {
  const { uninstallAgent } = await import('./service/uninstall-agent.ts');
  report(await uninstallAgent(await filesOf(flags, self)), self);
}

function report(outcomes: readonly ServiceOutcome[], self: Command): void {
  const output = createOutput(settingsOf(self));
  for (const outcome of outcomes) {
    const { path, action, reason } = outcome;
    output.print(outcome, () => `${action} ${printable(path)}${reason === undefined ? '' : `: ${reason}`}`);
  }
}

/** @throws RKT_ERR_OPTIONS */
async function filesOf({ root, prefix, program }: ServiceFlags, self: Command): Promise<ServiceFiles> {
  for (const [flag, path] of [['--prefix', prefix] as const, ['--program', program] as const])
    if (path !== undefined && !isAbsolute(path))
      throw new RktError('RKT_ERR_OPTIONS', `${flag}: ${JSON.stringify(path)} is not an absolute path`);
  const [{ serviceFiles }, { serviceProgram }, { activeSettings }] = await Promise.all([
    import('./service/service-files.ts'),
    import('./service/service-program.ts'),
    import('./service/active-settings.ts'),
  ]);
  const { flags, cwd } = sourcesOf(self);
  const config = typeof flags['config'] === 'string' ? resolve(cwd, flags['config']) : SYSTEM_CONFIG;
  // A service has no variables of the caller, and another root has no file of this machine.
  const present = root === undefined && existsSync(config) ? config : undefined;
  const sources = { flags: { ...flags, config: undefined }, env: {}, cwd, defaultConfig: present };
  const { dataDir, rktDir } = driverSettings(driverOptionsOf(loadSettings(sources)));
  return serviceFiles({
    ...{ config, dataDir, rktDir, prefix, active: activeSettings(sources) },
    program: program === undefined ? serviceProgram() : [program],
    root: root === undefined ? undefined : resolve(root),
  });
}
