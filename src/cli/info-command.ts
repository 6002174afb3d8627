import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';

import { driverSettings } from '../model/driver-options.ts';
import { PLUGIN_VERSION } from '../model/agent-version.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { parseTemplate } from '../model/go-template.ts';
import { withExamples } from './help-examples.ts';
import { bytes } from './humanize.ts';
import type { Session } from './command-session.ts';
import { driverOptionsOf } from './settings.ts';
import { pairs } from './text-table.ts';
import { withDriverUntilSignal } from './with-driver.ts';

interface InfoFlags {
  readonly format?: string;
}

/** `rkt-streams info`: the tasks, the directories and the machine in short. */
export function infoCommand(program: Command): void {
  const command = program
    .command('info')
    .description(
      'Prints how many tasks there are, the directories in use, the rkt, and the machine. doctor checks the machine.',
    )
    .option('-f, --format <template>', "json, or a template of Go: '{{.ContainersRunning}}'")
    .action((flags: InfoFlags, self: Command) => {
      const template =
        flags.format === undefined || flags.format === 'json' ? undefined : parseTemplate(flags.format);
      return withDriverUntilSignal(self, async (session) => {
        const facts = await factsOf(session);
        const text = (): string => {
          if (flags.format === 'json') return JSON.stringify(facts);
          return template === undefined ? pairs(lines(facts), session.output.paint) : template(facts);
        };
        session.output.print(facts, text);
        return undefined;
      });
    });
  withExamples(command, [
    ['info', 'All of it'],
    ["info --format '{{.ContainersRunning}}'", 'How many tasks run'],
  ]);
}

/** By the names of `docker info`, and of rkt where docker has none. */
async function factsOf(session: Session): Promise<Readonly<Record<string, string | number>>> {
  const { driver, settings } = session;
  const [tasks, { health, description, attributes }] = await Promise.all([
    session.listTasks(),
    firstValueFrom(driver.fingerprint()),
  ]);
  const { dataDir, rktDir } = driverSettings(driverOptionsOf(settings));
  const count = (matches: (task: TaskStatus) => boolean): number => tasks.filter(matches).length;
  return {
    Containers: tasks.length,
    ContainersRunning: count(({ phase }) => phase === 'running' || phase === 'stopping'),
    ContainersStopped: count(({ phase }) => phase === 'exited'),
    ServerVersion: PLUGIN_VERSION,
    Health: health === 'healthy' ? health : `${health}: ${description}`,
    RktVersion: String(attributes['driver.rkt.version'] ?? ''),
    DataDir: dataDir,
    RktDir: rktDir,
    KernelVersion: release(),
    OperatingSystem: operatingSystem(),
    Architecture: process.arch,
    NCPU: cpus().length,
    MemTotal: totalmem(),
  };
}

function lines(facts: Readonly<Record<string, string | number>>): readonly (readonly [string, string])[] {
  return Object.entries(facts).map(([name, value]) => [
    name,
    name === 'MemTotal' ? bytes(Number(value)) : String(value),
  ]);
}

function operatingSystem(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1] ?? 'Linux';
  } catch {
    return 'Linux';
  }
}
