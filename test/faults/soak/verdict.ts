import type { OwnRecord } from './record.ts';
import type { ReportedEvent, ReportedExit } from './session.ts';

/** How a start went, as its caller knows: `undone` when the next driver says that there is no such task. */
export type Outcome = 'started' | 'refused' | 'undone';

/** One task from its start to its end, from all sides. */
export interface Life {
  readonly id: string;
  readonly outcome: Outcome;
  readonly record: OwnRecord;
  /** What was killed of it. */
  readonly killed: ReadonlySet<'app' | 'shim' | 'rkt'>;
  /** Answers to those who waited, in all sessions. */
  readonly exits: readonly ReportedExit[];
  /** Of kind `exited`, of all sessions. */
  readonly events: readonly ReportedEvent[];
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
    found.push(finding('lost', `${life.outcome}, ended with ${end ?? 'SIGKILL'}, and nobody reported it`));
  }
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
  const ids = new Set(life.events.map(({ id }) => id));
  if (ids.size > 1) found.push(finding('doubled', `one end has the ids ${[...ids].join(', ')}`));
  return found;
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
