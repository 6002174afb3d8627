import type { OwnRecord } from './record.ts';
import type { ReportedExit, SessionEvent } from './session.ts';
import type { VictimKind } from './victims.ts';

/** How a start went, as its caller knows: `undone` when the next driver says that there is no such task. */
export type Outcome = 'started' | 'refused' | 'undone';

/** One task from its start to its end, from all sides. */
export interface Life {
  readonly id: string;
  readonly outcome: Outcome;
  /** When its caller had the last answer. */
  readonly record: OwnRecord;
  /** When everything was over. */
  readonly recordInTheEnd: OwnRecord;
  /** What was killed of it, and whether a driver was while it lived. */
  readonly killed: ReadonlySet<VictimKind>;
  /** Answers to those who waited, in all sessions. */
  readonly exits: readonly ReportedExit[];
  /** Of kind `exited`, of all sessions. */
  readonly events: readonly SessionEvent[];
}

export type Fault = 'lost' | 'invented' | 'doubled';

export interface Finding {
  readonly fault: Fault;
  readonly taskId: string;
  readonly what: string;
}

/** Compares what drivers reported of a life with what its app wrote down. */
export function judge(life: Life): readonly Finding[] {
  const finding = (fault: Fault, what: string): Finding => ({ fault, taskId: life.id, what });
  const reports = [...life.exits, ...life.events.map(({ exit }) => exit)];
  const found: Finding[] = [];
  const end = life.record.ending;
  if (reports.length === 0 && hasEnded(life)) {
    found.push(finding('lost', `${life.outcome}, ended with ${end ?? 'SIGKILL'}, and no one reported it`));
  }
  if (life.outcome !== 'started') found.push(...judgeUndoing(life));
  for (const { exitCode } of reports) {
    if (exitCode === undefined) {
      if (!isUnknowable(life))
        found.push(finding('lost', `reported as unknown, it ended with ${end ?? 'SIGKILL'}`));
    } else if (!isPossible(life, exitCode)) {
      const own = end === undefined ? 'the app wrote no end' : `the app ended with ${end}`;
      found.push(
        finding('invented', `reported ${exitCode}, ${own}, killed ${[...life.killed].join() || 'nothing'}`),
      );
    }
  }
  const unmarked = life.events.filter(({ id, isRepeated }) => id !== undefined && !isRepeated);
  if (unmarked.length > 1)
    found.push(finding('doubled', `${unmarked.length} events of its end without a mark`));
  const publishers = new Set(life.events.map(({ session }) => session));
  if (publishers.size < life.events.length)
    found.push(finding('doubled', `${life.events.length} events by ${publishers.size} drivers`));
  const ids = new Set(life.events.map(({ id }) => id));
  if (ids.size > 1) found.push(finding('doubled', `one end has the ids ${[...ids].join(', ')}`));
  return found;
}

/** A start is undone only when its driver was killed, and its app goes with it before anybody says so. */
function judgeUndoing({ id, outcome, record, recordInTheEnd, killed }: Life): readonly Finding[] {
  const found: string[] = [];
  if (outcome === 'undone' && !killed.has('driver')) found.push('undone, and no driver was killed');
  if (recordInTheEnd.started !== record.started || recordInTheEnd.ending !== record.ending)
    found.push(`${outcome}, and its app went on after that`);
  return found.map((what) => ({ fault: 'lost', taskId: id, what }));
}

/** With its shim gone, nothing is left that could know the code. */
export function isUnknown(life: Life): boolean {
  return isUnknowable(life) && life.exits.some(({ exitCode }) => exitCode === undefined);
}

/** A start that was undone took the app with it: an end is owed to the caller of a start that went well. */
function hasEnded({ outcome, record, killed }: Life): boolean {
  if (outcome === 'started') return true;
  return outcome === 'refused' && record.ending !== undefined && !killed.has('shim');
}

function isUnknowable({ killed }: Life): boolean {
  return killed.has('shim');
}

const KILLED = 128 + 9;

function isPossible({ record, killed }: Life, exitCode: number): boolean {
  // rkt becomes the app, and may be killed as either.
  if (exitCode === KILLED && (killed.has('app') || killed.has('rkt'))) return true;
  return record.started && record.ending === exitCode;
}
