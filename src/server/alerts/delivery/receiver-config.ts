import { z } from 'zod';

import { RktError } from '../../../model/rkt-error.ts';
import { reasonOf } from '../../../model/reason-of.ts';
import { readPrivateFile } from '../../../files/private-file.ts';
import { matcherSchema } from '../silence.ts';

const path = z.string().startsWith('/', 'is not an absolute path');
/** A text, or where it is: in a file that only its owner may read, or in a variable of the agent. */
const secret = z.union([
  z.string().min(1),
  z.strictObject({ file: path }),
  z.strictObject({ variable: z.string().regex(/^[A-Za-z_]\w*$/, 'is not the name of a variable') }),
]);
type Secret = z.output<typeof secret>;

const common = {
  name: z.string().regex(/^[\w.-]{1,64}$/, 'is not a name of at most 64 letters, digits, "_", "." and "-"'),
  /** Only alerts whose labels match all of these; all when absent. */
  match: z.array(matcherSchema).max(32).default([]),
  /** Alerts that end are delivered as well. */
  sendCleared: z.boolean().default(true),
  /** How long an alert waits for others to be sent with it. */
  groupMs: z.number().int().nonnegative().max(3_600_000).default(1_000),
  timeoutMs: z.number().int().min(10).max(600_000).default(10_000),
};
const http = {
  ...common,
  /** With its token, if that is a part of it. */
  url: secret,
  headers: z.record(z.string().regex(/^[\w-]+$/, 'is not the name of a header'), secret).default({}),
};

const receiverSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('webhook'),
    ...http,
    template: z.string().max(65_536).optional(),
    contentType: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+(;.*)?$/, 'is not a media type')
      .default('application/json'),
    /** The most alerts in one request. */
    maxAlerts: z.number().int().min(1).max(1_000).default(50),
  }),
  z.strictObject({
    type: z.literal('alertmanager'),
    ...http,
    /** How often active alerts are sent again; Alertmanager forgets those that are not. */
    resendMs: z.number().int().min(100).max(3_600_000).default(60_000),
    /** An alert that ends sooner is active in Alertmanager for this long: it drops those that end within its group_wait. */
    minFiringMs: z.number().int().nonnegative().max(86_400_000).default(60_000),
  }),
  z.strictObject({
    type: z.literal('command'),
    ...common,
    /** An absolute path, and its arguments. */
    command: z.tuple([path], z.string()),
  }),
]);

export const receiversSchema = z
  .array(receiverSchema)
  .max(20)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two have one name')
  .default([]);

export type ReceiverConfig = z.output<typeof receiverSchema>;
export type ReceiverInput = z.input<typeof receiverSchema>;
export type WebhookConfig = Extract<ReceiverConfig, { readonly type: 'webhook' }>;
export type AlertmanagerConfig = Extract<ReceiverConfig, { readonly type: 'alertmanager' }>;
export type CommandConfig = Extract<ReceiverConfig, { readonly type: 'command' }>;

/** Where requests of a receiver go; secrets, so in no error, log or answer. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads the secrets of a receiver.
 *
 * @throws RKT_ERR_OPTIONS that names the place, the file or the variable, and not the value
 */
export function openTarget({ name, url, headers }: WebhookConfig | AlertmanagerConfig): Target {
  const place = `alerts.receivers: ${JSON.stringify(name)}`;
  const entries = Object.entries(headers).map(([header, value]) => {
    const text = readSecret(value, `${place}: the header ${header}`);
    if (/[^\t\x20-\x7e]/.test(text))
      throw new RktError(
        'RKT_ERR_OPTIONS',
        `${place}: the header ${header} has characters that are not printable`,
      );
    return [header, text] as const;
  });
  return { url: httpUrl(readSecret(url, `${place}: its url`), place), headers: Object.fromEntries(entries) };
}

function httpUrl(text: string, place: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new RktError('RKT_ERR_OPTIONS', `${place}: its url is not one of http or https`);
}

function readSecret(value: Secret, place: string): string {
  if (typeof value === 'string') return value;
  const text = 'file' in value ? fileText(value.file, place) : (process.env[value.variable] ?? '');
  if (text.trim() !== '') return text.trim();
  const where = 'file' in value ? `the file ${value.file}` : `the variable ${value.variable}`;
  throw new RktError('RKT_ERR_OPTIONS', `${place}: ${where} is empty`);
}

function fileText(file: string, place: string): string {
  try {
    return readPrivateFile(file);
  } catch (error) {
    throw new RktError('RKT_ERR_OPTIONS', `${place}: the file ${file} cannot be used: ${reasonOf(error)}`);
  }
}
