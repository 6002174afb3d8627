import type { Command } from 'commander';

import { printable } from '../model/printable.ts';
import { withExamples } from './help-examples.ts';
import { createOutput } from './cli-output.ts';
import { settingsOf } from './with-driver.ts';

interface InstallFlags {
  readonly name: string;
  readonly force?: boolean;
}

/** `rkt-streams nomad …`: the task driver of a Nomad agent. */
export function nomadCommand(program: Command): void {
  const nomad = program.command('nomad').description('The task driver plugin `rkt` for a Nomad agent.');
  const install = nomad
    .command('install')
    .summary('install the plugin into the plugin directory of an agent')
    .description(
      'Writes the launcher of the plugin into the plugin directory of a Nomad agent, and prints the plugin block for the ' +
        "agent's configuration. Can be repeated; run it again after an update of Node.js or of rkt-streams.",
    )
    .argument('<dir>', "the agent's plugin_dir, an absolute path")
    .option('-n, --name <name>', "name of the file and label of the agent's plugin block", 'rkt')
    .option('-f, --force', 'overwrite an existing file of another kind')
    .action(installAction);
  withExamples(install, [['nomad install /opt/nomad/plugins', 'Install for an agent with that plugin_dir']]);
  const plugin = nomad
    .command('plugin')
    .summary('started by the agent; not to be run by hand')
    .description('The plugin process. A Nomad agent starts it and talks to it over a socket.')
    .action(async (_flags: object, self: Command) => {
      const { serveNomadPlugin } = await import('./nomad-serve.ts');
      process.exit(await serveNomadPlugin(self.optsWithGlobals()));
    });
  withExamples(plugin, [['nomad install /opt/nomad/plugins', 'Install the plugin instead']]);
}

async function installAction(directory: string, flags: InstallFlags, self: Command): Promise<void> {
  const { installPlugin } = await import('../nomad/install.ts');
  const output = createOutput(settingsOf(self));
  const { path, isNew, agentConfig } = await installPlugin(directory, flags);
  const first = isNew ? `Wrote ${printable(path)}.` : `${printable(path)} is there already.`;
  const block = agentConfig.trimEnd().split('\n').map(printable).join('\n');
  output.print({ path, isNew, agentConfig }, () => `${first} The agent's configuration needs:\n\n${block}`);
}
