import { z } from 'zod';

/** An alert as an agent raised or cleared it. */
export const recordedAlertSchema = z.object({
  /** The same when it begins and when it ends; absent in recordings of earlier versions, and so are the next two. */
  id: z.string().optional(),
  raisedAtMs: z.number().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  taskId: z.string(),
  /** The name of the rule. */
  rule: z.string(),
  state: z.enum(['raised', 'cleared']),
  value: z.number(),
  threshold: z.number(),
  timeMs: z.number(),
  message: z.string(),
});

/** An alert as a recording keeps it, when it was raised and again when it was cleared. */
export type RecordedAlert = Readonly<z.output<typeof recordedAlertSchema>>;

/** A silence as it was created or changed last. */
export const recordedSilenceSchema = z.object({
  id: z.string(),
  matchers: z
    .array(
      z
        .object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })
        .readonly(),
    )
    .readonly(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  createdBy: z.string(),
  comment: z.string(),
});

/** {@link recordedSilenceSchema}. */
export type RecordedSilence = Readonly<z.output<typeof recordedSilenceSchema>>;

/** An alert that is to be delivered to receivers, numbered in order. */
export const recordedNotificationSchema = z.object({ seq: z.number(), alert: recordedAlertSchema });

/** {@link recordedNotificationSchema}. */
export type RecordedNotification = Readonly<z.output<typeof recordedNotificationSchema>>;

/** A receiver has all notifications up to a number. */
export const recordedDeliverySchema = z.object({ receiver: z.string(), seq: z.number() });

/** {@link recordedDeliverySchema}. */
export type RecordedDelivery = Readonly<z.output<typeof recordedDeliverySchema>>;
