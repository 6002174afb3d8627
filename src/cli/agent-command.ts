import type { Command } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import type { AgentFlags } from './agent/agent-flags.ts';
import { agentConfigCommand } from './agent-config-command.ts';
import { agentServiceCommands } from './agent-service-commands.ts';
import { withExamples } from './help-examples.ts';
import { addReplayOptions, replayFlagsOf } from './replay-options.ts';
import { collectList } from './flag-values.ts';

/** `rkt-streams agent`: one process that owns a driver and serves it. */
export function agentCommand(program: Command): void {
  const command = program
    .command('agent')
    .description(
      'Recovers all tasks of the data directory and serves them until SIGTERM: an HTTP API, server-sent events, metrics ' +
        'for Prometheus and a dashboard, on loopback and on a unix socket. Tasks keep running when the agent stops. ' +
        'SIGHUP reloads the config file.',
    )
    .option('--listen <address>', 'host:port, a port, or none (127.0.0.1:9477)')
    .option('--socket <path>', 'the unix socket, or none (agent.sock in the data directory)')
    .option(
      '--socket-group <group>',
      'a group that may use the socket too, and so do everything (only the owner)',
    )
    .option('--allow-remote', 'allow addresses beyond loopback; reads then require the token too')
    .option('--require-token', 'require the token for reads over TCP')
    .option('--no-dashboard', 'do not serve the dashboard at /')
    .option(
      '--metrics-labels <names>',
      'label names of tasks in the metrics: cadvisor, docker or nomad (cadvisor)',
    )
    .option(
      '--metrics-groups <list>',
      'additional groups to measure: disk, processes, kernelMemory',
      collectList,
    )
    .option(
      '--history <dir>',
      'directory of the history, or none to keep it in memory (history in the data directory)',
    )
    .option('--otlp <url>', 'send metrics and events to the OpenTelemetry collector at this URL')
    .action(async (_flags: object, self: Command) => {
      if (replayFlagsOf(self).file !== undefined) {
        if (self.opts<AgentFlags>().fleet !== undefined)
          throw new RktError(
            'RKT_ERR_OPTIONS',
            'An agent serves a fleet or a recording: --fleet or --replay, not both',
          );
        const { runReplayAgent } = await import('./agent/run-replay-agent.ts');
        await runReplayAgent(self);
        return;
      }
      const { runAgent } = await import('./agent/run-agent.ts');
      await runAgent(self);
    });
  withExamples(addReplayOptions(addFleetOptions(command)), [
    ['agent', 'Serve the dashboard on http://127.0.0.1:9477'],
    ['agent --listen none', 'Serve only the unix socket, for the command line'],
    ['agent --fleet hosts.json', 'Serve the agents of the hosts that a file lists as one'],
    ['agent --replay incident.rec', 'Show a recording in the dashboard'],
    ['agent --config agent.jsonc', 'Use a config file that SIGHUP reloads'],
  ]);
  agentConfigCommand(command);
  agentServiceCommands(command);
}

function addFleetOptions(command: Command): Command {
  return command
    .option(
      '--fleet <source>',
      'serve the agents of other hosts instead of this machine: a file that lists them, srv+http://NAME, ' +
        'nomad+http://HOST:4646/SERVICE, or nomad+http://HOST:4646?port=9477',
    )
    .option('--fleet-tokens <path>', 'a directory with a token file for each host, or one file for all')
    .option(
      '--metrics-hosts <what>',
      'with --fleet: label, for metrics of all tasks with the label host; none, for those of the fleet alone (label)',
    );
}
