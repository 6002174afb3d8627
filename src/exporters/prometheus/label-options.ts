import { RktError } from '../../model/rkt-error.ts';
import { parseExtraLabels, type ExtraLabel } from './extra-labels.ts';
import { LABEL_NAMES, type LabelNames } from './label-names.ts';

/** The additional labels of tasks. */
export interface LabelOptions {
  readonly names: LabelNames;
  readonly extra: readonly ExtraLabel[];
}

/** Reads the options of an exporter. @throws RKT_ERR_OPTIONS */
export function labelOptions({
  labels = [],
  labelNames = 'cadvisor',
}: {
  readonly labels?: readonly string[];
  readonly labelNames?: LabelNames;
}): LabelOptions {
  if (!LABEL_NAMES.includes(labelNames)) {
    const what = `labelNames: ${JSON.stringify(labelNames)} is none of ${LABEL_NAMES.join(', ')}`;
    throw new RktError('RKT_ERR_OPTIONS', what);
  }
  return { names: labelNames, extra: parseExtraLabels(labels) };
}
