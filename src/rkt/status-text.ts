import { POD_STATES, type PodState } from '../model/pod.ts';
import { unexpectedOutput } from './failure.ts';
import { linesOf } from './parse-output.ts';

/** The text form of `rkt status`, the only one that has the pid. */
export interface PodStatusText {
  readonly state: PodState;
  /** Absent for pods in preparation. */
  readonly createdAtMs?: number;
  /** Absent until the pid file of the pod exists. */
  readonly startedAtMs?: number;
  /** The app (fly) or the stage1 supervisor. It is kept after the exit, and may then belong to another process. */
  readonly pid?: number;
  /** rkt's `exited`: false for pods that are being deleted. */
  readonly exited: boolean;
  readonly networks: readonly { readonly name: string; readonly ip4: string }[];
  /** App name → exit code; apps without a status file are missing, and so are all while the pod runs. */
  readonly apps: ReadonlyMap<string, number>;
}

const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d) \S+$/;
const NETWORK = /^(\S+):ip4=(\S*)$/;

/** Parses the text of `rkt status`: lines of `name=value`, most of them optional; unknown names are ignored. */
export function parseStatusText(stdout: string): PodStatusText {
  const lines = linesOf(stdout).map((line) => split(line, stdout));
  const fields = new Map(lines);
  const state = POD_STATES.find((known) => known === fields.get('state'));
  if (state === undefined) throw unexpectedOutput('the state in the answer of rkt status', stdout);
  return {
    state,
    exited: fields.get('exited') === 'true',
    networks: networksOf(fields.get('networks') ?? '', stdout),
    apps: new Map(lines.flatMap(([name, value]) => appOf(name, value, stdout))),
    ...times(fields, state, stdout),
    ...pidOf(fields.get('pid'), stdout),
  };
}

function split(line: string, stdout: string): readonly [string, string] {
  const at = line.indexOf('=');
  if (at < 1) throw unexpectedOutput('a line in the answer of rkt status', stdout);
  return [line.slice(0, at), line.slice(at + 1)];
}

function times(
  fields: ReadonlyMap<string, string>,
  state: PodState,
  stdout: string,
): Pick<PodStatusText, 'createdAtMs' | 'startedAtMs'> {
  // rkt prints year 1 there, which is Go's zero time.
  const inPreparation = state === 'preparing' || state === 'aborted prepare' || state === 'embryo';
  const created = inPreparation ? undefined : fields.get('created');
  const started = fields.get('started');
  return {
    ...(created === undefined ? {} : { createdAtMs: timeMs(created, stdout) }),
    ...(started === undefined ? {} : { startedAtMs: timeMs(started, stdout) }),
  };
}

function timeMs(text: string, stdout: string): number {
  const [, day, time, hours, minutes] = TIME.exec(text) ?? [];
  const parsed = Date.parse(`${day ?? ''}T${time ?? ''}${hours ?? ''}:${minutes ?? ''}`);
  if (Number.isNaN(parsed)) throw unexpectedOutput('a time in the answer of rkt status', stdout);
  return parsed;
}

function pidOf(text: string | undefined, stdout: string): Pick<PodStatusText, 'pid'> {
  if (text === undefined) return {};
  return { pid: decimal(text, stdout) };
}

function appOf(name: string, value: string, stdout: string): readonly (readonly [string, number])[] {
  return name.startsWith('app-') ? [[name.slice('app-'.length), decimal(value, stdout)]] : [];
}

function decimal(text: string, stdout: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw unexpectedOutput('a number in the answer of rkt status', stdout);
  return Number(text);
}

function networksOf(text: string, stdout: string): PodStatusText['networks'] {
  if (text === '') return [];
  return text.split(', ').map((part) => {
    const [, name, ip4] = NETWORK.exec(part) ?? [];
    if (name === undefined || ip4 === undefined) {
      throw unexpectedOutput('a network in the answer of rkt status', stdout);
    }
    return { name, ip4 };
  });
}
