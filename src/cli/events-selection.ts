import { InvalidArgumentError } from 'commander';

import { parseDurationMs } from '../model/go-duration.ts';
import { RktError } from '../model/rkt-error.ts';
import { TASK_EVENT_KINDS, type TaskEvent, type TaskEventKind } from '../model/task-event.ts';

type Match = (event: TaskEvent) => boolean;

/** What docker calls the events of a container. */
const DOCKER_KINDS: Readonly<Record<string, readonly TaskEventKind[]>> = {
  create: ['prepared'],
  start: ['started'],
  die: ['exited'],
  kill: ['signaled', 'killed'],
  stop: ['stopping'],
  destroy: ['destroyed'],
};

/** What `--filter` of `events` accepts. */
const FILTERS: Readonly<Record<string, (value: string) => Match>> = {
  event: kindFilter,
  container: taskFilter,
  task: taskFilter,
  type: typeFilter,
};

/** Reads `NAME=VALUE` texts: one name several times means any of its values, different names mean all. @throws RKT_ERR_OPTIONS */
export function eventFilter(texts: readonly string[] = []): Match {
  const byName = new Map<string, Match[]>();
  for (const text of texts) {
    const [name = '', ...rest] = text.split('=');
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    const value = rest.join('=');
    if (filter === undefined || value === '')
      throw new RktError(
        'RKT_ERR_OPTIONS',
        `--filter ${text} is not NAME=VALUE with one of the names ${Object.keys(FILTERS).join(', ')}`,
      );
    byName.set(name, [...(byName.get(name) ?? []), filter(value)]);
  }
  return (event) => [...byName.values()].every((some) => some.some((match) => match(event)));
}

/**
 * A time in ms since 1970: a duration ago (`10m`), a date (`2026-01-31T12:00:00Z`), or seconds since 1970.
 *
 * @throws InvalidArgumentError
 */
export function timeMs(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const agoMs = parseDurationMs(text);
  const time = agoMs === undefined ? Date.parse(text) : Date.now() - agoMs;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError(
    'A time is a duration ago (10m), a date (2026-01-31T12:00:00Z) or seconds since 1970.',
  );
}

function kindFilter(value: string): Match {
  const own = TASK_EVENT_KINDS.filter((kind) => kind === value);
  const kinds = own.length > 0 ? own : Object.hasOwn(DOCKER_KINDS, value) ? DOCKER_KINDS[value] : undefined;
  if (kinds === undefined) {
    const known = [...TASK_EVENT_KINDS, ...Object.keys(DOCKER_KINDS)].join(', ');
    throw new RktError('RKT_ERR_OPTIONS', `--filter event=${value}: the events are ${known}`);
  }
  return ({ kind }) => kinds.includes(kind);
}

function taskFilter(value: string): Match {
  return ({ taskId, taskName }) => taskId.startsWith(value) || taskName.startsWith(value);
}

function typeFilter(value: string): Match {
  if (value === 'container' || value === 'task') return () => true;
  throw new RktError('RKT_ERR_OPTIONS', `--filter type=${value}: all events are of tasks`);
}
