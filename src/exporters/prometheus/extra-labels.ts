import { RktError } from '../../model/rkt-error.ts';
import type { Pod } from '../../model/pod.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { labelName, type Labels } from './label-text.ts';

/** The source of the value of a label. */
export type LabelSource = 'env' | 'annotation' | 'meta';

/** One additional label. */
export interface ExtraLabel {
  readonly source: LabelSource;
  readonly key: string;
  readonly name: string;
}

/** Names that the series of tasks always have, or that have a meaning in Prometheus. */
const TAKEN = [
  'id',
  'name',
  'image',
  'host',
  'task',
  'alloc_id',
  'job',
  'task_group',
  'instance',
  'le',
  'quantile',
];
const OWN = ['cpu', 'device', 'interface'];
const FORM = /^(env|annotation|meta):([^=]+)(?:=(.+))?$/;

/**
 * Parses an allow-list: `env:TEAM`, `annotation:example.com/owner=owner`, `meta:stage`.
 *
 * Names are converted to valid label names; of two labels with the same name the first is used. `meta:stage` is
 * Nomad's `NOMAD_META_stage`.
 *
 * @throws RKT_ERR_OPTIONS for an entry of another form
 */
export function parseExtraLabels(allowed: readonly string[]): readonly ExtraLabel[] {
  const seen = new Set([...TAKEN, ...OWN]);
  return allowed.flatMap((entry) => {
    const [, source, key, rename] = FORM.exec(entry) ?? [];
    if (source === undefined || key === undefined) {
      throw new RktError(
        'RKT_ERR_OPTIONS',
        `labels: "${entry}" is not written as env:NAME, annotation:NAME or meta:NAME, with =LABEL after it or not`,
      );
    }
    const name = labelName(rename ?? `${source}_${key}`);
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    return [{ source: source as LabelSource, key, name }];
  });
}

/** The values that a task has for these labels. */
export function extraLabels(
  labels: readonly ExtraLabel[],
  spec: TaskSpec | undefined,
  pod: Pod | undefined,
): Labels {
  return Object.fromEntries(labels.map((label) => [label.name, valueOf(label, spec, pod)]));
}

function valueOf(
  { source, key }: ExtraLabel,
  spec: TaskSpec | undefined,
  pod: Pod | undefined,
): string | undefined {
  if (source === 'env') return own(spec?.env, key);
  if (source === 'annotation') return own(pod?.apps?.[0]?.user_annotations, key);
  return own(spec?.env, `NOMAD_META_${key}`) ?? own(spec?.env, `NOMAD_META_${key.toUpperCase()}`);
}

function own(values: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}
