import { StartFieldError, type StartFields } from './start-spec.ts';

type Field = keyof StartFields;

/** How the agent names what a field became; the first that fits counts. */
const NAMED: readonly (readonly [RegExp, Field])[] = [
  [/^task\.config\.image\b/, 'image'],
  [/^task\.(?:name|id)\b/, 'name'],
  [/^task\.config\.command\b|: run: can't execute "/, 'command'],
  [/^task\.config\.args\b|\bword of args\b/, 'args'],
  [/^task\.(?:resources\.ports|config\.port_map)\b|\bport_map = |\baddress already in use\b/, 'ports'],
  [/^task\.resources\.memoryLimitBytes\b/, 'memoryMiB'],
  [/^task\.resources\.cpuQuotaUs\b/, 'cpus'],
  [/^task\.env\b|"--set-env=/, 'env'],
  [/^task\.config\.net\b|\bhas net = |\bnetworks not found: /, 'network'],
  [/^task\.config\.stage1\b|\bhas stage1 = /, 'stage1'],
];

/** The field of the form that an error, of the form or of the agent, is about; undefined for one of the whole task. */
export function refusedField(error: unknown): Field | undefined {
  if (error instanceof StartFieldError) return error.field;
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && error.code === 'RKT_ERR_IMAGE') return 'image';
  return NAMED.find(([pattern]) => pattern.test(error.message))?.[1];
}
