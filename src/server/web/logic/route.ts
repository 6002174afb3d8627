/** What the page shows, as its address says. */
export interface Route {
  readonly page: 'tasks' | 'alerts';
  /** The task that is open. */
  readonly taskId?: string;
  /** A token in the address. */
  readonly token?: string;
  /** How the page shows it; undefined when the address does not say. */
  readonly query?: URLSearchParams;
}

const TASK = '#/task/';
const TOKEN = '#token=';
export const ALERTS_HASH = '#/alerts';

export function parseRoute(hash: string): Route {
  if (hash.startsWith(TOKEN)) return { page: 'tasks', token: decoded(hash.slice(TOKEN.length)) };
  const mark = hash.indexOf('?');
  const path = mark === -1 ? hash : hash.slice(0, mark);
  const query = mark === -1 ? {} : { query: new URLSearchParams(hash.slice(mark + 1)) };
  const taskId = path.startsWith(TASK) ? decoded(path.slice(TASK.length)) : '';
  if (taskId !== '') return { page: 'tasks', taskId, ...query };
  return { page: path === ALERTS_HASH ? 'alerts' : 'tasks', ...query };
}

/** The address of a route; a token is never in it. */
export function hashOf({ page, taskId, query }: Route): string {
  const path = taskId !== undefined ? taskHash(taskId) : page === 'alerts' ? ALERTS_HASH : '#/';
  const text = query?.toString() ?? '';
  return text === '' ? path : `${path}?${text}`;
}

/** The address of a task, its id may hold anything. */
export function taskHash(taskId: string): string {
  return `${TASK}${encodeURIComponent(taskId)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
