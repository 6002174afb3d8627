import type { LogRecord, SeverityNumber } from '@opentelemetry/api-logs';

import { isFailure } from '../../model/exit-text.ts';
import type { TaskEvent, TaskEventKind } from '../../model/task-event.ts';
import { ATTRIBUTE, TASK_EVENT_PREFIX } from './semantic-names.ts';
import { known } from './task-attributes.ts';

/** The enumeration of the package; it is loaded only when there is an exporter. */
export type Severities = typeof SeverityNumber;

const UNUSUAL: readonly TaskEventKind[] = ['stats-degraded', 'killed'];

/** An event of a task as a log record; its annotations become attributes. */
export function logRecord(event: TaskEvent, severities: Severities): LogRecord {
  const { id, kind, message, timeMs, annotations, exitResult, repeated } = event;
  const severityText = severityOf(event);
  const entries = Object.entries(annotations).map(([key, value]) => [`${TASK_EVENT_PREFIX}${key}`, value]);
  return {
    eventName: `${TASK_EVENT_PREFIX}${kind}`,
    // When it happened; an end may have been found later.
    timestamp: new Date(exitResult?.completedAtMs ?? timeMs),
    observedTimestamp: new Date(timeMs),
    severityNumber: severities[severityText],
    severityText,
    body: message,
    attributes: {
      ...(Object.fromEntries(entries) as Record<string, string>),
      ...known({
        [ATTRIBUTE.eventId]: id,
        [ATTRIBUTE.eventRepeated]: repeated === true ? 'true' : undefined,
        [ATTRIBUTE.containerName]: event.taskId,
        [ATTRIBUTE.taskName]: event.taskName,
        [ATTRIBUTE.allocId]: event.allocId,
      }),
    },
  };
}

function severityOf({ kind, exitResult }: TaskEvent): 'INFO' | 'WARN' | 'ERROR' {
  if (kind === 'failed' || exitResult?.oomKilled === true) return 'ERROR';
  const isBadExit = exitResult !== undefined && isFailure(exitResult);
  return isBadExit || UNUSUAL.includes(kind) ? 'WARN' : 'INFO';
}
