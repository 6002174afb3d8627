import type { Command } from 'commander';

import { withExamples } from './help.ts';
import { collectList } from './values.ts';

/** `rkt-streams agent`: one process that owns a driver and serves it. */
export function agentCommand(program: Command): void {
  const command = program
    .command('agent')
    .summary('serve the tasks: HTTP API, streams, metrics and dashboard')
    .description(
      'Takes up all tasks of the data directory and serves them until SIGTERM: an HTTP API, server-sent events, metrics\n' +
        'for Prometheus and a dashboard, on loopback and on a unix socket. The tasks run on without it. SIGHUP reads the\n' +
        'config file again.',
    )
    .option('--listen <address>', 'host:port, a port, or none (127.0.0.1:9477)')
    .option('--socket <path>', 'the unix socket, or none (agent.sock in the data directory)')
    .option('--allow-remote', 'listen beyond loopback; reads need the token as well then')
    .option('--require-token', 'reads over TCP need the token as well')
    .option('--no-dashboard', 'without the page at /')
    .option(
      '--metrics-labels <names>',
      'labels of tasks in the metrics: cadvisor, docker or nomad (cadvisor)',
    )
    .option(
      '--metrics-groups <list>',
      'also measure these for the metrics: disk, processes, kernelMemory',
      collectList,
    )
    .option('--otlp <url>', 'send metrics and events to the OpenTelemetry collector at this URL')
    .action(async (_flags: object, self: Command) => {
      const { runAgent } = await import('./agent/run-agent.ts');
      await runAgent(self);
    });
  withExamples(command, [
    ['agent', 'The dashboard on http://127.0.0.1:9477'],
    ['agent --listen none', 'Only the unix socket, for the command line'],
    ['agent --config /etc/rkt-streams.json', 'With a config file that SIGHUP reads again'],
  ]);
}
