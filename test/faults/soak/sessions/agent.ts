import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { filter, firstValueFrom } from 'rxjs';

import { createRemoteDriver } from '../../../../src/drivers/remote/connect-remote.ts';
import type { RemoteDriver } from '../../../../src/drivers/remote/remote-driver.ts';
import { startCli, variablesOf } from '../../../support/cli-process.ts';
import type { Sandbox } from '../../../support/sandbox.ts';
import type { Session, Target } from '../session.ts';
import { specOf } from './library.ts';
import { reportedEvent } from './reported-event.ts';

/** An agent, asked over its HTTP API. */
export function agentTarget(sandbox: Sandbox): Target {
  return {
    name: 'agent',
    async open(onExited) {
      const socketPath = join(sandbox.base, 'agent.sock');
      const args = ['--json', 'agent', '--listen', '127.0.0.1:0', '--socket', socketPath];
      const { child, ended } = startCli(args, { env: variablesOf(sandbox) });
      // However long that takes: an agent that was given up would keep its place from the next.
      const isUp = await Promise.race([saysSomething(child), ended.then(() => false)]);
      if (!isUp) throw new Error(`the agent has ended: ${(await ended).stderr}`);
      const client = createRemoteDriver({ socketPath, reconnect: false });
      client
        .taskEvents({ replay: true })
        .pipe(filter(({ kind }) => kind === 'exited'))
        // The stream ends with the agent, by an error.
        .subscribe({ next: (event) => onExited(reportedEvent(event)), error: () => undefined });
      return sessionOf(sandbox, { child, ended: once(child, 'exit') }, client);
    },
  };
}

async function saysSomething({ stdout }: ChildProcess): Promise<true> {
  if (stdout !== null) await once(stdout, 'data');
  return true;
}

function sessionOf(
  sandbox: Sandbox,
  process: Pick<Session, 'child' | 'ended'>,
  client: RemoteDriver,
): Session {
  return {
    ...process,
    start: async (task) => {
      await client.startTask(specOf(sandbox, task));
    },
    async knows(id) {
      const { recovered } = await client.recoverTasks();
      return recovered.includes(id);
    },
    async wait(id) {
      const { exitCode, signal } = await firstValueFrom(client.waitTask(id));
      return { exitCode, signal };
    },
    destroy: (id) => client.destroyTask(id),
    async close() {
      await client.shutdown();
      process.child.kill('SIGTERM');
      await process.ended;
    },
  };
}
