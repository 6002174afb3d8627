import type { ExitResult } from '../../model/exit-result.ts';
import { exitText } from '../../model/exit-text.ts';
import { bytes, percent } from '../humanize.ts';
import type { Journal, PodJournal } from './demo-journal.ts';
import { HELD_BYTES, type DemoPod, type PodId } from './demo-pods.ts';
import type { PodSummary, Verdict } from './demo-records.ts';

interface Expectation {
  readonly expected: string;
  readonly judge: (pod: PodJournal, journal: Journal) => Seen;
}

interface Seen {
  readonly seen: string;
  readonly asExpected: Verdict;
}

const CPU_TOLERANCE_PERCENT = 10;
const MEMORY_TOLERANCE = 0.05;
/** The first samples of a pod may be taken before it has begun its work. */
const ENOUGH_SAMPLES = 3;
const TERM = 15;
const KILL = 9;
const GREETING = /^hello (\d+\.\d+\.\d+\.\d+)$/;

const EXPECTATIONS: Readonly<Record<PodId, Expectation>> = {
  burner: { expected: '100% of a core', judge: judgeCpu },
  holder: { expected: '64 MiB ± 5%', judge: judgeMemory },
  logger: {
    expected: 'logs 4 lines, exit 3',
    judge: ({ exits, outputLines }) => ({
      seen: `${outputLines.length} lines, exit ${exitText(exits.at(-1))}`,
      asExpected: onceEnded(exits, exits.at(-1)?.exitCode === 3 && outputLines.length === 4),
    }),
  },
  crasher: {
    expected: 'exit 1, repeatedly',
    judge: ({ starts, exits }) => {
      // The demo may have stopped the last one before it crashed.
      const crashes = exits.filter(({ signal }) => signal !== TERM);
      const seen = `${starts} starts, exit ${exitText(crashes.at(-1))}`;
      return {
        seen,
        asExpected: starts < 2 ? 'unseen' : is(crashes.every(({ exitCode }) => exitCode === 1)),
      };
    },
  },
  glutton: {
    expected: 'killed by the OOM killer',
    judge: ({ exits }) => ({
      seen: exitText(exits.at(-1)),
      asExpected: onceEnded(exits, exits.at(-1)?.oomKilled === true),
    }),
  },
  listener: {
    expected: 'signals, recovery, exit 0',
    judge: ({ exits, kinds, outputLines }) => {
      const heard = ['USR1', 'HUP', 'TERM'].filter((name) =>
        outputLines.some((line) => line.includes(`got SIG${name}`)),
      );
      const taken = kinds.has('recovered') ? ', recovered' : '';
      const seen = `received ${heard.join(', ') || 'no signal'}${taken}, exit ${exitText(exits.at(-1))}`;
      if (!kinds.has('recovered') || heard.length < 3) return { seen, asExpected: 'unseen' };
      return { seen, asExpected: onceEnded(exits, exits.at(-1)?.exitCode === 0) };
    },
  },
  stubborn: {
    expected: 'ends only after SIGKILL',
    judge: ({ exits, kinds }) => ({
      seen: exitText(exits.at(-1)),
      asExpected: onceEnded(exits, exits.at(-1)?.signal === KILL && kinds.has('killed')),
    }),
  },
  broken: {
    expected: 'cannot be started',
    judge: ({ failure, starts }) => ({
      seen: failure === undefined ? `${starts} starts` : 'failed to start',
      asExpected: failure === undefined && starts === 0 ? 'unseen' : is(failure !== undefined),
    }),
  },
  server: {
    expected: 'answers on a port of the host',
    judge: ({ answer }) => ({
      seen: answer === undefined ? 'no answer' : `"${answer}"`,
      asExpected: answer === undefined ? 'unseen' : is(GREETING.test(answer)),
    }),
  },
  caller: {
    expected: 'is greeted by its own address',
    judge: ({ exits, outputLines }) => {
      const [line = ''] = outputLines;
      const [server, ...words] = line.split(' says: ');
      const [, own] = GREETING.exec(words.join('')) ?? [];
      const isFine = exits.at(-1)?.exitCode === 0 && own !== undefined && own !== server;
      const seen = line === '' ? `exit ${exitText(exits.at(-1))}` : line;
      return { seen, asExpected: onceEnded(exits, isFine) };
    },
  },
};

/** The expected and the observed behaviour of each pod. */
export function judgePods(pods: readonly DemoPod[], journal: Journal): readonly PodSummary[] {
  return pods.map(({ id, does }) => {
    const { expected, judge } = EXPECTATIONS[id];
    const skipped = journal.skipped(id);
    const pod = journal.pod(id);
    if (skipped !== undefined) return { id, does, expected, seen: skipped, asExpected: 'unseen' };
    if (id !== 'broken' && pod.failure !== undefined)
      return { id, does, expected, seen: 'failed to start', asExpected: 'no' };
    return { id, does, expected, ...judge(pod, journal) };
  });
}

function judgeCpu({ cpuPercents }: PodJournal, journal: Journal): Seen {
  const highest = Math.max(...cpuPercents);
  if (cpuPercents.length < ENOUGH_SAMPLES) return { seen: 'too few samples', asExpected: 'unseen' };
  const seen = `${percent(median(cpuPercents))}, highest ${percent(highest)}`;
  if (Math.abs(median(cpuPercents) - 100) <= CPU_TOLERANCE_PERCENT) return { seen, asExpected: 'yes' };
  if (Math.abs(highest - 100) <= CPU_TOLERANCE_PERCENT) return { seen, asExpected: 'yes' };
  return journal.wasBusy()
    ? { seen: `${seen}; machine busy`, asExpected: 'unseen' }
    : { seen, asExpected: 'no' };
}

function judgeMemory({ memoryBytes }: PodJournal, journal: Journal): Seen {
  if (memoryBytes.length < ENOUGH_SAMPLES) return { seen: 'too few samples', asExpected: 'unseen' };
  const held = median(memoryBytes);
  const off = (held - HELD_BYTES) / HELD_BYTES;
  const sign = off < 0 ? '' : '+';
  const seen = `${bytes(held)} (${sign}${percent(100 * off)})`;
  // On a busy machine it may not have allocated its memory in time.
  if (off < -MEMORY_TOLERANCE && journal.wasBusy())
    return { seen: `${seen}; machine busy`, asExpected: 'unseen' };
  return { seen, asExpected: is(Math.abs(off) <= MEMORY_TOLERANCE) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function is(condition: boolean): Verdict {
  return condition ? 'yes' : 'no';
}

/** A pod that was stopped before it exited by itself has not failed its expectation. */
function onceEnded(exits: readonly ExitResult[], condition: boolean): Verdict {
  const last = exits.at(-1);
  return last === undefined || (last.signal === TERM && !condition) ? 'unseen' : is(condition);
}
