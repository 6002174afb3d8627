import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { formatFlag } from '../command-line/global-flags.ts';
import { formatAge, formatTime, tabTable } from '../command-line/text.ts';
import { ensurePhases, visiblePods } from '../pods/phases.ts';
import { networkText, podStatuses, podTimes, readPodManifest, type PodStatus } from '../pods/pod-info.ts';
import { imageTitle, podJson, printPods } from '../pods/pod-json.ts';
import { APPC_VERSION } from '../../model/embedded-rkt-version.ts';

const RULER = '-'.repeat(40);

/** How the table is printed. */
interface TableStyle {
  readonly full: boolean;
  readonly nowMs: number;
}

export const command: Command = {
  name: 'list',
  summary: 'List pods',
  usage: 'list',
  description: 'Displays a table of information about the pods.',
  flags: [
    formatFlag,
    { name: 'full', kind: 'bool', help: 'use long output format' },
    { name: 'no-legend', kind: 'bool', help: 'suppress a legend with the list' },
  ],
  run: (ctx, flags) => {
    const pods = podStatuses(ctx, listPods(ctx));
    const format = flags.string('format');
    const errors: string[] = [];
    if (format === '') {
      const style = { full: flags.bool('full'), nowMs: Date.now() };
      const legend = flags.bool('no-legend') ? [] : [heading(style)];
      const text = tabTable([...legend, ...collect(pods, errors, (pod) => rows(pod, style)).flat()]);
      ctx.stdout(text === '' ? '\n' : text);
    } else {
      const objects = collect(pods, errors, jsonOf);
      ctx.stdout(printPods(objects.length === 0 ? null : objects, format === 'json-pretty'));
    }
    printErrors(ctx, errors);
    return Promise.resolve(0);
  },
};

function listPods(ctx: RktContext) {
  try {
    ensurePhases(ctx);
  } catch (error) {
    if (!(error instanceof RktFailure) || error.message.startsWith('cannot evaluate')) throw error;
    throw new RktFailure('failed to get pod handles', [error.message]);
  }
  return visiblePods(ctx, true);
}

/** A pod that cannot be shown is left out and reported at the end; the others are printed. */
function collect<T>(pods: readonly PodStatus[], errors: string[], show: (pod: PodStatus) => T): T[] {
  return pods.flatMap((pod) => {
    try {
      return [show(pod)];
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      errors.push(error.message);
      return [];
    }
  });
}

/** In JSON rkt reports the innermost reason only. */
function jsonOf(pod: PodStatus): unknown {
  try {
    return podJson(pod);
  } catch (error) {
    if (error instanceof RktFailure) throw new RktFailure(error.causes.at(-1) ?? error.message);
    throw error;
  }
}

function printErrors(ctx: RktContext, errors: readonly string[]): void {
  if (errors.length === 0) return;
  printMessage(ctx, `${errors.length} error(s) encountered when listing pods:`);
  for (const error of errors) {
    printMessage(ctx, RULER);
    printMessage(ctx, error);
  }
  for (const line of [RULER, 'misc:', `  rkt's appc version: ${APPC_VERSION}`, '']) printMessage(ctx, line);
}

function heading({ full }: TableStyle): readonly string[] {
  return [
    'UUID',
    'APP',
    'IMAGE NAME',
    ...(full ? ['IMAGE ID'] : []),
    'STATE',
    'CREATED',
    'STARTED',
    'NETWORKS',
  ];
}

function rows(pod: PodStatus, style: TableStyle): readonly (readonly string[])[] {
  const { full } = style;
  const times = podTimes(pod);
  const uuid = full ? pod.uuid : pod.uuid.slice(0, 8);
  const state = [
    pod.state,
    time(times.createdNs, style),
    times.startedNs === undefined ? '' : time(times.startedNs, style),
    networkText(pod),
  ];
  if (['preparing', 'aborted prepare'].includes(pod.state)) {
    return [[uuid, '-', '-', ...(full ? ['-'] : []), ...state]];
  }
  const apps = appsOf(pod).map((app) => [
    app.name,
    imageTitle(pod, app),
    ...(full ? [app.image.id.slice(0, 19)] : []),
  ]);
  return apps.map((app, i) => [
    ...(i === 0 ? [uuid] : ['']),
    ...app,
    ...(i === 0 ? state : ['', '', '', '']),
  ]);
}

function appsOf(pod: PodStatus) {
  try {
    return readPodManifest(pod).apps;
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    throw new RktFailure(`Unable to read pod ${pod.uuid} manifest:\n  ${error.message}`);
  }
}

function time(ns: bigint | undefined, { full, nowMs }: TableStyle): string {
  if (ns === undefined) return full ? '0001-01-01 00:00:00 +0000 UTC' : 'a long while ago';
  const timeMs = Number(ns / 1_000_000n);
  return full ? formatTime(timeMs) : formatAge(timeMs, nowMs);
}
