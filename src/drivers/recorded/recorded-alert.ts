import { z } from 'zod';

import { alertFields } from '../../model/alert-fields.ts';

/** An alert as an agent raised or cleared it. */
export const recordedAlertSchema = z.object({
  ...alertFields,
  timeMs: z.number(),
  // Recordings of earlier versions have none.
  id: alertFields.id.optional(),
  raisedAtMs: alertFields.raisedAtMs.optional(),
  labels: alertFields.labels.optional(),
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
