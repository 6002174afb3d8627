import { randomUUID } from 'node:crypto';

import { Subject, asyncScheduler, type Observable, type SchedulerLike, type Subscription } from 'rxjs';

import type { RecordedDocument } from '../../drivers/recorded/recorded-document.ts';
import { isMatched } from '../../model/alert-matcher.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { AlertJournal } from './alert-journal.ts';
import { parseSilence, silenceState, type Silence, type SilenceState } from './silence.ts';

/** A silence with its state of now. */
export interface ListedSilence extends Silence {
  readonly state: SilenceState;
}

/** Which alerts are not delivered. */
export interface Silences {
  /** Active ones first, then those that begin later, then those that have ended. */
  list(): readonly ListedSilence[];
  /** @throws RKT_ERR_REQUEST */
  create(input: unknown): Promise<ListedSilence>;
  /** Ends a silence now. @throws RKT_ERR_SILENCE_NOT_FOUND */
  expire(id: string): Promise<ListedSilence>;
  /** The ids of the active silences that match labels. */
  silencedBy(labels: Readonly<Record<string, string>>): readonly string[];
  /** Whenever another silence is active than before. */
  readonly changed$: Observable<void>;
  readonly close: () => void;
}

const MAX_SILENCES = 1_000;
/** How long one that has ended is listed. */
const EXPIRED_MS = 5 * 86_400_000;
/** The longest delay of a timer of Node is about 24 days. */
const MAX_DELAY_MS = 86_400_000;
const ORDER: readonly SilenceState[] = ['active', 'pending', 'expired'];

export function createSilences(journal: AlertJournal, scheduler: SchedulerLike = asyncScheduler): Silences {
  const changedSubject = new Subject<void>();
  const { all, save, close } = createSilenceStore(journal, scheduler, () => changedSubject.next());
  const listed = (silence: Silence): ListedSilence => ({
    ...silence,
    state: silenceState(silence, scheduler.now()),
  });
  return {
    list: () =>
      all()
        .map(listed)
        .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.endsAtMs - a.endsAtMs),
    async create(input) {
      const silence = { id: randomUUID(), ...parseSilence(input, scheduler.now()) };
      if (all().length >= MAX_SILENCES) {
        throw new RktError('RKT_ERR_REQUEST', `There are ${MAX_SILENCES} silences, the most that are kept`);
      }
      await save(silence);
      return listed(silence);
    },
    async expire(id) {
      const silence = all().find((one) => one.id === id);
      if (silence === undefined) {
        throw new RktError('RKT_ERR_SILENCE_NOT_FOUND', `There is no silence ${JSON.stringify(id)}`);
      }
      const nowMs = scheduler.now();
      if (silenceState(silence, nowMs) === 'expired') return listed(silence);
      const ended = { ...silence, startsAtMs: Math.min(silence.startsAtMs, nowMs), endsAtMs: nowMs };
      await save(ended);
      return listed(ended);
    },
    silencedBy: (labels) =>
      all()
        .filter((silence) => silenceState(silence, scheduler.now()) === 'active')
        .filter(({ matchers }) => isMatched(matchers, labels))
        .map(({ id }) => id),
    changed$: changedSubject.asObservable(),
    close() {
      close();
      changedSubject.complete();
    },
  };
}

interface SilenceStore {
  /** Without those that ended long ago. */
  readonly all: () => readonly Silence[];
  readonly save: (silence: Silence) => Promise<void>;
  readonly close: () => void;
}

/** Calls back whenever a silence is saved, begins or ends. */
function createSilenceStore(
  journal: AlertJournal,
  scheduler: SchedulerLike,
  onChange: () => void,
): SilenceStore {
  const silences = new Map<string, Silence>();
  let timer: Subscription | undefined;
  const all = (): readonly Silence[] => {
    const oldestMs = scheduler.now() - EXPIRED_MS;
    for (const { id, endsAtMs } of [...silences.values()]) if (endsAtMs < oldestMs) silences.delete(id);
    return [...silences.values()];
  };
  /** Waits for the next begin or end of a silence. */
  const schedule = (): void => {
    timer?.unsubscribe();
    const nowMs = scheduler.now();
    const times = all().flatMap(({ startsAtMs, endsAtMs }) => [startsAtMs, endsAtMs]);
    const nextMs = times.reduce((least, time) => (time > nowMs ? Math.min(least, time) : least), Infinity);
    if (nextMs !== Infinity) timer = scheduler.schedule(changed, Math.min(nextMs - nowMs, MAX_DELAY_MS));
  };
  const changed = (): void => {
    schedule();
    onChange();
  };
  for (const { kind, value } of journal.recorded ?? []) if (kind === 'silence') silences.set(value.id, value);
  journal.keep(() => all().map((silence) => documentOf(silence, scheduler.now())));
  schedule();
  return {
    all,
    async save(silence) {
      silences.set(silence.id, silence);
      changed();
      await journal.append([documentOf(silence, scheduler.now())]);
    },
    close: () => timer?.unsubscribe(),
  };
}

function documentOf(value: Silence, timeMs: number): RecordedDocument {
  return { kind: 'silence', timeMs, value };
}
