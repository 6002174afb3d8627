import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { callerPod, serverPod, taskSpec } from './demo-pods.ts';
import type { DemoStage } from './stage.ts';

const LOOPBACK = '127.0.0.1';
const PAUSE_MS = 100;

/** Starts a pod whose port is one of the host, asks it there, and has another pod ask it by its own address. */
export async function serveAndCall({ driver, images, journal, report, over }: DemoStage): Promise<void> {
  if (journal.skipped('server') !== undefined) return;
  const hostPort = await freePort();
  const { network } = await driver.startTask(taskSpec(serverPod(hostPort), images));
  if (network === undefined) throw new Error('the pod has no network');
  const answer = await answerOf(hostPort, over);
  if (answer === undefined) return;
  journal.addAnswer('server', answer);
  report({ type: 'answer', taskId: 'server', address: `${LOOPBACK}:${hostPort}`, answer });
  await driver.startTask(taskSpec(callerPod(network.ip), images));
}

/** That pod needs the address of the other one. */
export function startedByServer(): Promise<void> {
  return Promise.resolve();
}

/** A port that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** What a server says to a connection, as soon as there is one; nothing when the demo ends before. */
async function answerOf(port: number, over: AbortSignal): Promise<string | undefined> {
  while (!over.aborted) {
    const answer = await text(connect(port, LOOPBACK)).catch(() => '');
    if (answer !== '') return answer.trimEnd();
    await delay(PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return undefined;
}
