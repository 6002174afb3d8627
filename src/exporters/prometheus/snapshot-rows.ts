import type { Pod } from '../../model/pod.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { cgroupId } from '../cgroup-id.ts';
import type { Snapshot } from '../snapshot.ts';
import { extraLabels } from './extra-labels.ts';
import type { ContainerRow } from './families/container-row.ts';
import type { AppRow, PodRow } from './families/pod-families.ts';
import { dashboardLabels } from './label-names.ts';
import type { Labels } from './label-text.ts';
import type { LabelOptions } from './label-options.ts';
import type { Entry } from './series-table.ts';

export type FindSpec = (taskId: string) => TaskSpec | undefined;

/** The labels that distinguish the series of a task from all others: its id is its `name`. */
export function taskLabels(status: TaskStatus): Labels {
  const isNomads = status.allocId !== undefined || status.name !== status.id;
  return {
    id: cgroupId(status.cgroupPaths),
    image: status.image,
    name: status.id,
    host: status.host,
    task: isNomads ? status.name : undefined,
    alloc_id: status.allocId,
    job: status.jobName,
    task_group: status.taskGroupName,
  };
}

/** Makes entries of the tasks that have not exited; labels are made again only when tasks or pods have changed. */
export function createTaskEntries(
  findSpec: FindSpec,
  { names, extra: allowed }: LabelOptions,
): (snapshot: Snapshot) => readonly Entry<ContainerRow>[] {
  let tasks: Snapshot['tasks'] | undefined;
  let pods: Snapshot['pods'] | undefined;
  let known: readonly (Pick<Entry<ContainerRow>, 'key' | 'labels'> &
    Pick<ContainerRow & { readonly status: TaskStatus }, 'status' | 'spec'>)[] = [];
  return (snapshot) => {
    if (snapshot.tasks !== tasks || (allowed.length > 0 && snapshot.pods !== pods)) {
      ({ tasks, pods } = snapshot);
      const podOf = new Map(
        allowed.length > 0 ? pods.map((pod) => [podKey(hostOf(pod), pod.name), pod]) : [],
      );
      known = tasks
        .filter(({ phase }) => phase !== 'exited')
        .map((status) => {
          const spec = findSpec(status.id);
          const labels = {
            ...taskLabels(status),
            ...dashboardLabels(names, status),
            ...extraLabels(allowed, spec, podOf.get(podKey(status.host, status.podId))),
          };
          return { key: status.id, labels, status, spec };
        });
    }
    const usages = new Map(snapshot.samples.map(({ taskId, usage }) => [taskId, usage]));
    return known.map(({ key, labels, status, spec }) => {
      const usage = usages.get(key);
      // A sample of the task that had this id before.
      const isOld = usage !== undefined && usage.timestampMs < (status.startedAtMs ?? 0);
      return { key, labels, row: { status, spec, usage: isOld ? undefined : usage } };
    });
  };
}

/** All pods of rkt, including those of other users of rkt. */
export function podEntries({ pods, tasks }: Snapshot): readonly Entry<PodRow>[] {
  const taskOf = new Map(tasks.map((task) => [podKey(task.host, task.podId), task]));
  return pods.map((pod) => {
    const task = taskOf.get(podKey(hostOf(pod), pod.name));
    return { key: podKey(hostOf(pod), pod.name), labels: podLabels(pod, task), row: { pod, task } };
  });
}

export function podInfoEntries(entries: readonly Entry<PodRow>[]): readonly Entry<unknown>[] {
  return entries.map(({ key, row: { pod, task } }) => {
    const labels = {
      ...podLabels(pod, task),
      image: task?.image,
      image_id: pod.apps?.[0]?.image_id,
      task: task?.name,
      alloc_id: task?.allocId,
      ip: task?.network?.ip ?? ipOf(pod),
    };
    return { key, labels, row: undefined };
  });
}

/** The exited apps: of tasks from the driver, of other pods from rkt. */
export function appEntries({ pods, tasks }: Snapshot): readonly Entry<AppRow>[] {
  const podOf = new Map(pods.map((pod) => [podKey(hostOf(pod), pod.name), pod]));
  const ours = tasks.flatMap((task) => {
    const { exitResult, podId } = task;
    if (exitResult === undefined || podId === undefined) return [];
    const key = podKey(task.host, podId);
    const app = podOf.get(key)?.apps?.[0]?.name;
    const row = { exitCode: exitResult.exitCode, oomKilled: exitResult.oomKilled };
    return [{ key, labels: { uuid: podId, app, name: task.id, host: task.host }, row }];
  });
  const known = new Set(tasks.map(({ host, podId }) => podKey(host, podId)));
  const others = pods
    .map((pod) => ({ pod, host: hostOf(pod) }))
    .filter(({ pod, host }) => !known.has(podKey(host, pod.name)))
    .flatMap(({ pod: { name: uuid, apps }, host }) =>
      (apps ?? []).map((app) => ({
        key: JSON.stringify([host, uuid, app.name]),
        labels: { uuid, app: app.name, host },
        row: { exitCode: app.exit_code, oomKilled: undefined },
      })),
    );
  return [...ours, ...others];
}

/** Of a pod of a fleet. */
function hostOf({ host }: Pod): string | undefined {
  return typeof host === 'string' ? host : undefined;
}

/** Two hosts that play one recording have pods with the same UUIDs. */
function podKey(host: string | undefined, uuid: string | undefined): string {
  return host === undefined ? (uuid ?? '') : `${host}/${uuid ?? ''}`;
}

function podLabels(pod: Pod, task: TaskStatus | undefined): Labels {
  return { uuid: pod.name, name: task?.id, host: hostOf(pod) };
}

function ipOf({ networks }: Pod): string | undefined {
  return networks?.find(({ ip }) => ip !== undefined && ip !== '')?.ip;
}
