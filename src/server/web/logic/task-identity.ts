import type { TaskStatus } from '../../../model/task-status.ts';

/** How people find out which of several tasks of one name is meant. */

const UUID = /^[\da-f]{8}(?=-(?:[\da-f]{4}-){3}[\da-f]{12}$)/i;
/** The id of a task of Nomad: allocation, task and start; in a fleet, the host comes first. */
const NOMAD_ID = /^([^/\s]+\/)?([\da-f]{8})-(?:[\da-f]{4}-){3}[\da-f]{12}\/(.+)\/([^/]+)$/i;
const LONGEST = 24;

/** The first eight digits of a UUID, the start of a task of Nomad, the beginning of any other long id. */
export function shortId(id: string): string {
  const uuid = UUID.exec(id)?.[0];
  if (uuid !== undefined) return uuid;
  const start = NOMAD_ID.exec(id)?.[4];
  if (start !== undefined) return shortId(start);
  return id.length > LONGEST ? `${id.slice(0, LONGEST - 4)}…` : id;
}

/** A task of which only the id is known: `web 1a2b3c4d` for one of Nomad, `node-1/web 1a2b3c4d` in a fleet. */
export function labelOfId(taskId: string): string {
  const [, host = '', alloc, name] = NOMAD_ID.exec(taskId) ?? [];
  return alloc === undefined || name === undefined ? taskId : `${host}${name} ${alloc}`;
}

/** What is shown beside the name: host, job, allocation and id, each only if it adds something. */
export function identityOf(
  status: Pick<TaskStatus, 'id' | 'host' | 'name' | 'jobName' | 'taskGroupName' | 'allocId'>,
): readonly string[] {
  const { host = '', name, jobName, taskGroupName, allocId } = status;
  const id = host === '' ? status.id : status.id.replace(`${host}/`, '');
  const group = taskGroupName === undefined || taskGroupName === jobName ? '' : `/${taskGroupName}`;
  const job = jobName === undefined ? '' : `${jobName}${group}`;
  const alloc = allocId === undefined ? '' : shortId(allocId);
  const own = id === name ? '' : shortId(id);
  const parts = [
    host,
    job === name ? '' : job,
    alloc === '' ? '' : `alloc ${alloc}`,
    own === alloc ? '' : own,
  ];
  return parts.filter((part) => part !== '');
}

/** All of it in full, for what is shown on hover. */
export function fullIdentity({ id, host, name, jobName, taskGroupName, allocId }: TaskStatus): string {
  const lines = [
    ['Task', name],
    ['Id', id],
    ['Host', host],
    ['Job', jobName],
    ['Group', taskGroupName],
    ['Allocation', allocId],
  ];
  return lines.flatMap(([title, text]) => (text === undefined ? [] : [`${title}: ${text}`])).join('\n');
}
