import type { TaskStatus } from '../../model/task-status.ts';
import type { Labels } from './label-text.ts';

/** The exporter whose dashboards the labels of tasks are compatible with. */
export const LABEL_NAMES = ['cadvisor', 'docker', 'nomad'] as const;
export type LabelNames = (typeof LABEL_NAMES)[number];

/**
 * The task and its job again, under the label names that dashboards for cAdvisor use: those of Docker Compose, or
 * those that Nomad gives its containers. `cadvisor` adds none.
 */
export function dashboardLabels(names: LabelNames, status: TaskStatus): Labels {
  const { name, allocId, jobName, taskGroupName } = status;
  if (names === 'docker') {
    return {
      container_label_com_docker_compose_project: jobName,
      container_label_com_docker_compose_service: name,
    };
  }
  if (names === 'cadvisor') return {};
  return {
    container_label_com_hashicorp_nomad_alloc_id: allocId,
    container_label_com_hashicorp_nomad_job_name: jobName,
    container_label_com_hashicorp_nomad_task_group_name: taskGroupName,
    container_label_com_hashicorp_nomad_task_name: name,
  };
}
