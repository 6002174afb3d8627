import { spawn, type ChildProcess } from 'node:child_process';

import type { Alert } from '../alert.ts';
import type { AlertReceiver } from './alert-receiver.ts';
import { DeliveryError } from './delivery-error.ts';
import type { CommandConfig } from './receiver-config.ts';

/** Runs a command for each alert, without a shell: the alert is JSON on its standard input, and its fields are variables. */
export function commandReceiver({ command: [program, ...args] }: CommandConfig): AlertReceiver {
  return {
    maxAlerts: 1,
    async send(alerts, signal) {
      for (const alert of alerts) await run(program, args, alert, signal);
    },
  };
}

function run(program: string, args: readonly string[], alert: Alert, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: variablesOf(alert),
      stdio: ['pipe', 'ignore', 'ignore'],
      // Its own process group, which ends as a whole.
      detached: true,
    });
    const abort = (): void => killGroup(child);
    signal.addEventListener('abort', abort, { once: true });
    const end = (reason: string | undefined): void => {
      signal.removeEventListener('abort', abort);
      if (reason === undefined) resolve();
      else reject(new DeliveryError(signal.aborted ? 'its command has not ended in time' : reason));
    };
    child.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(`its command cannot be run (${code ?? 'unknown reason'})`),
    );
    child.on('exit', (code, name) => {
      if (code === 0) end(undefined);
      else
        end(code === null ? `its command ended by ${name ?? 'a signal'}` : `its command exited with ${code}`);
    });
    // It need not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(alert)}\n`);
    if (signal.aborted) abort();
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Nothing of the agent's own environment but the path: it can contain secrets. */
function variablesOf(alert: Alert): Record<string, string> {
  const fields = {
    ...{ ID: alert.id, TASK_ID: alert.taskId, RULE: alert.rule, STATE: alert.state, MESSAGE: alert.message },
    ...{
      VALUE: alert.value,
      THRESHOLD: alert.threshold,
      TIME_MS: alert.timeMs,
      RAISED_AT_MS: alert.raisedAtMs,
    },
    ...{ TASK: alert.labels['task'], JOB: alert.labels['job'], HOST: alert.labels['instance'] },
  };
  const entries = Object.entries(fields).map(([name, value]): [string, string] => [
    `RKT_STREAMS_ALERT_${name}`,
    // A variable ends at a zero byte.
    String(value ?? '').replaceAll('\0', ''),
  ]);
  return { PATH: process.env['PATH'] ?? DEFAULT_PATH, ...Object.fromEntries(entries) };
}
