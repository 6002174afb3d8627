/** What the page shows, as its address says. */
export interface Route {
  /** The task that is open. */
  readonly taskId?: string;
  /** A token in the address. */
  readonly token?: string;
}

const TASK = '#/task/';
const TOKEN = '#token=';

export function parseRoute(hash: string): Route {
  if (hash.startsWith(TASK)) {
    const taskId = decoded(hash.slice(TASK.length));
    return taskId === '' ? {} : { taskId };
  }
  if (hash.startsWith(TOKEN)) return { token: decoded(hash.slice(TOKEN.length)) };
  return {};
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
