import { RktError } from '../model/rkt-error.ts';
import { TASK_PHASES, type TaskStatus } from '../model/task-status.ts';
import { dockerState } from './task-fields.ts';

type Match = (task: TaskStatus) => boolean;

/** What `--filter` of a list of tasks accepts. */
const FILTERS: Readonly<Record<string, (value: string) => Match>> = {
  id: (value) => (task) => task.id.startsWith(value),
  name: (value) => (task) => task.name.includes(value),
  status: statusFilter,
  label: labelFilter,
  ancestor: (value) => (task) => task.image === value || task.image.replace(/[:@][^/]*$/, '') === value,
  exited: (value) => (task) => String(task.exitResult?.exitCode) === value,
};

/** The filters of a command line: one name several times means any of its values, different names mean all. */
export interface TaskFilter {
  readonly matches: Match;
  /** Names a state, so tasks that have exited are listed too. */
  readonly namesState: boolean;
}

/** Reads `NAME=VALUE` texts. @throws RKT_ERR_OPTIONS */
export function taskFilter(texts: readonly string[] = []): TaskFilter {
  const byName = new Map<string, Match[]>();
  for (const text of texts) {
    const [name = '', ...rest] = text.split('=');
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    const value = rest.join('=');
    if (filter === undefined || value === '') {
      const known = Object.keys(FILTERS).join(', ');
      throw new RktError(
        'RKT_ERR_OPTIONS',
        `--filter ${text} is not NAME=VALUE with one of the names ${known}`,
      );
    }
    byName.set(name, [...(byName.get(name) ?? []), filter(value)]);
  }
  return {
    matches: (task) => [...byName.values()].every((some) => some.some((match) => match(task))),
    namesState: byName.has('status') || byName.has('exited'),
  };
}

function statusFilter(value: string): Match {
  const known = [...new Set([...TASK_PHASES, ...TASK_PHASES.map((phase) => dockerState({ phase }))])];
  if (!known.includes(value))
    throw new RktError('RKT_ERR_OPTIONS', `--filter status=${value}: the states are ${known.join(', ')}`);
  return (task) => task.phase === value || dockerState(task) === value;
}

/** `NAME` for any value, or `NAME=VALUE`. */
function labelFilter(text: string): Match {
  const [name = '', ...rest] = text.split('=');
  return ({ labels = {} }) =>
    Object.hasOwn(labels, name) && (rest.length === 0 || labels[name] === rest.join('='));
}
