import type { Command } from 'commander';

import type { AllCommands } from './all-commands.ts';

/** A command of the command line. Its file is loaded only when it runs or prints its help. */
export interface CommandEntry {
  readonly name: string;
  /** Its line in the help. */
  readonly summary: string;
  /** Loads the function that adds the command, with its options and its action, to a program. */
  readonly load: () => Promise<(program: Command, all: AllCommands) => void>;
}

/** In the order of the help. */
export const COMMAND_TABLE: readonly CommandEntry[] = [
  entry(
    'demo',
    'start a few pods and watch them',
    async () => (await import('./demo-command.ts')).demoCommand,
  ),
  entry(
    'agent',
    'serve the tasks: HTTP API, streams, metrics and dashboard',
    async () => (await import('./agent-command.ts')).agentCommand,
  ),
  entry('run', 'run an image as a task', async () => (await import('./run-command.ts')).runCommand),
  entry('ps', 'list the tasks', async () => (await import('./ps-command.ts')).psCommand),
  entry(
    'inspect',
    'show all details of tasks',
    async () => (await import('./inspect-command.ts')).inspectCommand,
  ),
  entry(
    'events',
    'print the events of tasks until interrupted',
    async () => (await import('./events-command.ts')).eventsCommand,
  ),
  entry(
    'stats',
    'show the resource usage of tasks',
    async () => (await import('./stats-command.ts')).statsCommand,
  ),
  entry(
    'top',
    'show the tasks in a full-screen view',
    async () => (await import('./top-command.ts')).topCommand,
  ),
  entry(
    'record',
    'record everything that can be watched into a file',
    async () => (await import('./record-command.ts')).recordCommand,
  ),
  entry('logs', 'print the output of a task', async () => (await import('./logs-command.ts')).logsCommand),
  entry('wait', 'wait until tasks have exited', async () => (await import('./wait-command.ts')).waitCommand),
  entry('stop', 'stop running tasks', async () => (await import('./stop-command.ts')).stopCommand),
  entry(
    'restart',
    'stop tasks and start them again',
    async () => (await import('./restart-command.ts')).restartCommand,
  ),
  entry(
    'kill',
    'kill running tasks, or send another signal',
    async () => (await import('./kill-command.ts')).killCommand,
  ),
  entry('signal', 'send a signal to a task', async () => (await import('./signal-command.ts')).signalCommand),
  entry(
    'exec',
    'run a command in a running task',
    async () => (await import('./exec-command.ts')).execCommand,
  ),
  entry(
    'cp',
    'copy files between a task and this machine',
    async () => (await import('./cp-command.ts')).cpCommand,
  ),
  entry('rm', 'remove tasks that have exited', async () => (await import('./rm-command.ts')).rmCommand),
  entry(
    'alerts',
    'list alerts of an agent, and silence them',
    async () => (await import('./alerts-command.ts')).alertsCommand,
  ),
  entry(
    'audit',
    'find leftovers that belong to no task',
    async () => (await import('./audit-command.ts')).auditCommand,
  ),
  entry(
    'fingerprint',
    'check whether pods can run on this machine',
    async () => (await import('./fingerprint-command.ts')).fingerprintCommand,
  ),
  entry(
    'doctor',
    'print what pods need of this machine, and what works',
    async () => (await import('./doctor-command.ts')).doctorCommand,
  ),
  entry(
    'image',
    'pull, list, remove, import, export and build images',
    async () => (await import('./image-command.ts')).imageCommand,
  ),
  entry(
    'images',
    'list the images in the store',
    async () => (await import('./image-shortcuts.ts')).imagesCommand,
  ),
  entry(
    'pull',
    'fetch images into the store',
    async () => (await import('./image-shortcuts.ts')).pullCommand,
  ),
  entry('rmi', 'remove images from the store', async () => (await import('./image-shortcuts.ts')).rmiCommand),
  entry(
    'system',
    'show and free the space of tasks and images',
    async () => (await import('./system-command.ts')).systemCommand,
  ),
  entry(
    'info',
    'print tasks, directories, rkt and machine in short',
    async () => (await import('./info-command.ts')).infoCommand,
  ),
  entry(
    'completion',
    'print the completion of a shell',
    async () => (await import('./completion-command.ts')).completionCommand,
  ),
  entry('man', 'print the manual page', async () => (await import('./man-command.ts')).manCommand),
  entry(
    'version',
    'print the versions of this program and of Node',
    async () => (await import('./version-command.ts')).versionCommand,
  ),
  entry(
    'nomad',
    'task driver plugin for a Nomad agent',
    async () => (await import('./nomad-command.ts')).nomadCommand,
  ),
  entry('token', 'tokens of the agent', async () => (await import('./token-command.ts')).tokenCommand),
  entry(
    'context',
    'agents of other machines by name',
    async () => (await import('./context-command.ts')).contextCommand,
  ),
  entry(
    'rkt',
    'run a command of the embedded rkt',
    async () => (await import('./rkt-command.ts')).rktCommand,
  ),
];

function entry(name: string, summary: string, load: CommandEntry['load']): CommandEntry {
  return { name, summary, load };
}
