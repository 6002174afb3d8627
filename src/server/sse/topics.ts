import type { FieldGroup } from '../../model/field-groups.ts';

export const TOPICS = [
  'tasks',
  'stats',
  'events',
  'fingerprint',
  'host',
  'sampling',
  'pods',
  'hosts',
  'alerts',
  'replay',
] as const;
export type Topic = (typeof TOPICS)[number];

/** Topics of which only the latest value counts; a slow client may lose what came before it. */
export type SampleTopic = Exclude<Topic, 'events' | 'alerts'>;

/** What a client of a stream asks for. */
export interface StreamRequest {
  readonly topics: readonly Topic[];
  readonly intervalMs: number;
  readonly groups: readonly FieldGroup[];
  /** Only this task. */
  readonly task?: string | undefined;
  /** Sends samples as the difference to those before. */
  readonly changes?: boolean | undefined;
  /** Where the client was when its connection broke. */
  readonly lastEventId?: string | undefined;
  /** How many of the last events to send first, for a client that is new. */
  readonly replay?: number | undefined;
}
