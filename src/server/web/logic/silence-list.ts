import {
  isMatched,
  matcherText,
  parseMatcher,
  wholePattern,
  type AlertMatcher,
} from '../../../model/alert-matcher.ts';
import type { ListedSilence } from '../../alerts/silences.ts';
import type { AlertEntry } from './alert-log.ts';
import { LOOP_RULE } from './alert-log.ts';

/** The silences of the agent, as they were listed last. */
export interface SilenceList {
  readonly set: (silences: readonly ListedSilence[]) => void;
  /** Active ones, then later ones, then those that have ended; the states are those at `nowMs`. */
  readonly at: (nowMs: number) => readonly ListedSilence[];
  /** The active silences that match the labels of an alert. */
  readonly of: (labels: AlertEntry['labels'], nowMs: number) => readonly ListedSilence[];
}

const ORDER: readonly ListedSilence['state'][] = ['active', 'pending', 'expired'];

export function createSilenceList(): SilenceList {
  let all: readonly ListedSilence[] = [];
  const at = (nowMs: number): readonly ListedSilence[] =>
    all
      .map((silence) => ({ ...silence, state: stateOf(silence, nowMs) }))
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.endsAtMs - a.endsAtMs);
  return {
    set: (silences) => (all = silences),
    at,
    of: (labels, nowMs) =>
      at(nowMs).filter(({ state, matchers }) => state === 'active' && isMatched(matchers, labels)),
  };
}

function stateOf({ startsAtMs, endsAtMs }: ListedSilence, nowMs: number): ListedSilence['state'] {
  if (nowMs >= endsAtMs) return 'expired';
  return nowMs >= startsAtMs ? 'active' : 'pending';
}

/** Matchers for an alert, one a line: its rule and its task. The tasks of a crash loop have another id each. */
export function matchersFor({ rule, labels }: Pick<AlertEntry, 'rule' | 'labels'>): string {
  const isNamed = rule === LOOP_RULE && labels['task'] !== undefined;
  const names = ['alertname', ...(isNamed ? ['job', 'task_group', 'task'] : ['task_id'])];
  return names
    .flatMap((name) => {
      const value = labels[name];
      return value === undefined ? [] : [matcherText({ name, value, isRegex: false, isEqual: true })];
    })
    .join('\n');
}

/** The matchers of a text, one a line. @throws Error, which says what is wrong with which line */
export function readMatchers(text: string): readonly AlertMatcher[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0) throw new Error('Matchers: give at least one, such as task_id=web.');
  return lines.map((line) => {
    const matcher = parseMatcher(line);
    if (matcher === undefined) {
      throw new Error(`Matchers: ${line} is not label=value, label!=value, label=~regex or label!~regex.`);
    }
    if (matcher.isRegex && wholePattern(matcher.value) === undefined) {
      throw new Error(`Matchers: ${matcher.value} is not a regular expression.`);
    }
    return matcher;
  });
}
