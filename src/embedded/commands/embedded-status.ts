import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parseDurationMs } from '../../model/go-duration.ts';
import { parseBool, type FlagSpec, type Flags } from '../command-line/args.ts';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, UsageFailure, type RktContext } from '../embedded-context.ts';
import { formatFlag } from '../command-line/global-flags.ts';
import { formatTime } from '../command-line/text.ts';
import { findPod, locatePod, type PodEntry } from '../pods/phases.ts';
import {
  appExitCode,
  isAfterRun,
  networkText,
  podPid,
  podStatus,
  podTimes,
  readPodManifest,
  statusDir,
  type PodStatus,
} from '../pods/pod-info.ts';
import { podJson, printPods } from '../pods/pod-json.ts';
import { oneUuid, uuidFileFlag } from '../pods/uuid-args.ts';

const POLL_MS = 100;

const waitFlag = (name: string, help: string): FlagSpec => ({
  name,
  kind: 'string',
  default: 'false',
  noOptDefault: 'true',
  help,
});

export const command: Command = {
  name: 'status',
  summary: 'Check the status of a rkt pod',
  usage: 'status [--wait=bool|timeout] [--wait-ready=bool|timeout] --uuid-file=FILE | UUID',
  description: [
    'Prints assorted information about the pod such as its state, pid and exit status.',
    '',
    "The --wait and --wait-ready flags accept boolean or timeout values. If set to true, wait indefinitely. If set to false, don't wait at all.",
    "They can also be set to a duration. If the duration is less than zero, wait indefinitely. If the duration is zero, don't wait at all.",
  ].join('\n'),
  flags: [
    {
      ...formatFlag,
      help: "choose the output format. Allowed format includes 'json', 'json-pretty'. If empty, then the result is printed as key value pairs",
    },
    uuidFileFlag,
    waitFlag(
      'wait',
      'toggles waiting for the pod to finish. Use the output to determine the actual terminal state.',
    ),
    waitFlag('wait-ready', 'toggles waiting until the pod is ready.'),
  ],
  run: async (ctx, flags, args) => {
    const uuid = oneUuid(flags, args, 1);
    const waitMs = waitTime(flags, 'wait');
    const waitReadyMs = waitTime(flags, 'wait-ready');
    const pod = findPod(ctx, uuid, 'problem retrieving pod');
    await waitFor(ctx, pod, { timeMs: waitMs, failure: 'error waiting for pod to finish', done: isFinished });
    await waitFor(ctx, pod, {
      timeMs: waitReadyMs,
      failure: 'error waiting for pod readiness',
      done: isReady,
    });
    const now = podStatus(ctx, locatePod(ctx, pod.uuid) ?? pod);
    print(ctx, now, flags.string('format'));
    return 0;
  },
};

/** How long to wait in ms: 0 not at all, Infinity for ever. */
function waitTime(flags: Flags, name: string): number {
  const text = flags.string(name);
  const bool = parseBool(text);
  if (bool !== undefined) return bool ? Infinity : 0;
  const timeMs = parseDurationMs(text);
  if (timeMs === undefined) throw new UsageFailure('');
  return timeMs < 0 ? Infinity : timeMs;
}

interface Wait {
  readonly timeMs: number;
  /** The message when the time is over. */
  readonly failure: string;
  readonly done: (status: PodStatus) => boolean;
}

async function waitFor(ctx: RktContext, pod: PodEntry, { timeMs, failure, done }: Wait): Promise<void> {
  if (timeMs === 0) return;
  const deadlineMs = performance.now() + timeMs;
  while (!done(podStatus(ctx, locatePod(ctx, pod.uuid) ?? pod))) {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw new RktFailure(failure, ['context deadline exceeded']);
    await sleep(Math.min(POLL_MS, leftMs));
  }
}

function isFinished({ state }: PodStatus): boolean {
  return !['embryo', 'preparing', 'prepared', 'running'].includes(state);
}

function isReady(pod: PodStatus): boolean {
  return existsSync(join(dirname(statusDir(pod)), 'supervisor-status'));
}

function print(ctx: RktContext, pod: PodStatus, format: string): void {
  if (format !== '') {
    try {
      ctx.stdout(printPods(podJson(pod), format === 'json-pretty'));
    } catch (error) {
      throw notPrinted('error converting pod', error);
    }
    return;
  }
  ctx.stdout(basicLines(pod).join(''));
  if (isAfterRun(pod.state) && pod.state !== 'running') ctx.stdout(exitLines(pod).join(''));
}

function basicLines(pod: PodStatus): readonly string[] {
  const { createdNs, startedNs } = podTimes(pod);
  const time = (ns: bigint) => formatTime(Number(ns / 1_000_000n));
  const pid = podPid(pod);
  return [
    `state=${pod.state}\n`,
    `created=${createdNs === undefined ? '0001-01-01 00:00:00 +0000 UTC' : time(createdNs)}\n`,
    ...(startedNs === undefined ? [] : [`started=${time(startedNs)}\n`]),
    ...(['running', 'exited'].includes(pod.state) ? [`networks=${networkText(pod)}\n`] : []),
    ...(isAfterRun(pod.state) && pid !== undefined ? [`pid=${pid}\n`] : []),
    ...(isAfterRun(pod.state) ? [`exited=${['exited', 'exited garbage'].includes(pod.state)}\n`] : []),
  ];
}

function exitLines(pod: PodStatus): readonly string[] {
  try {
    return readPodManifest(pod).apps.flatMap(({ name }) => {
      const code = appExitCode(pod, name);
      return code === undefined ? [] : [`app-${name}=${code}\n`];
    });
  } catch (error) {
    throw notPrinted(`unable to get exit statuses for pod ${JSON.stringify(pod.uuid)}`, error);
  }
}

function notPrinted(why: string, error: unknown): unknown {
  return error instanceof RktFailure
    ? new RktFailure(`unable to print status: ${why}`, [error.message])
    : error;
}
