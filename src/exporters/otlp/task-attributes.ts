import type { TaskStatus } from '../../model/task-status.ts';
import { ATTRIBUTE } from './semantic-names.ts';

export type Attributes = Readonly<Record<string, string>>;

/** The attributes that identify a task. */
export function taskAttributes(status: TaskStatus): Attributes {
  const isNomads = status.allocId !== undefined || status.name !== status.id;
  return known({
    [ATTRIBUTE.hostName]: status.host,
    [ATTRIBUTE.containerId]: status.podId,
    [ATTRIBUTE.containerName]: status.id,
    [ATTRIBUTE.imageName]: status.image,
    [ATTRIBUTE.allocId]: status.allocId,
    [ATTRIBUTE.jobName]: status.jobName,
    [ATTRIBUTE.taskGroupName]: status.taskGroupName,
    [ATTRIBUTE.taskName]: isNomads ? status.name : undefined,
  });
}

export function known(attributes: Readonly<Record<string, string | undefined>>): Attributes {
  const entries = Object.entries(attributes).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
