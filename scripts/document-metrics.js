// Editors show the comment of a field. The types of samples are derived from the table of metrics, whose texts are values: they
// become comments of the type declarations here, so that each metric still has its meaning in one place.
import { readFile, writeFile } from 'node:fs/promises';

import { COMPUTED_METRICS, METRICS } from '../dist/model/metrics.js';

const DECLARATIONS = new URL('../dist/model/metrics.d.ts', import.meta.url);
const TABLES = { METRICS, COMPUTED_METRICS };
const TABLE = /^export declare const (\w+): \{/;
const SECTION = /^ {4}readonly (\w+): \{$/;
const COMMENT = /^ {8}\/\*\* .* \*\/$/;
const MAP = /^\/\/# sourceMappingURL=/;
const METRIC = /^ {8}readonly (\w+): Metric;$/;

let table;
let section;
const described = new Set();
const lines = (await readFile(DECLARATIONS, 'utf8')).split('\n').flatMap((line) => {
  table = TABLE.exec(line)?.[1] ?? table;
  section = SECTION.exec(line)?.[1] ?? section;
  // From an earlier run: tsc does not write declarations again that have not changed. Their map no longer fits.
  if (COMMENT.test(line) || MAP.test(line)) return [];
  const key = METRIC.exec(line)?.[1];
  if (key === undefined) return [line];
  const { meaning, unit, kind } = TABLES[table][section][key];
  described.add(`${table}.${section}.${key}`);
  return [`        /** ${meaning} A ${kind}${unit === '1' ? '' : `, in ${unit}`}. */`, line];
});
const all = Object.entries(TABLES).flatMap(([name, sections]) =>
  Object.entries(sections).flatMap(([part, metrics]) =>
    Object.keys(metrics).map((key) => `${name}.${part}.${key}`),
  ),
);
const missing = all.filter((path) => !described.has(path));
if (missing.length > 0) throw new Error(`dist/model/metrics.d.ts has no line for ${missing.join(', ')}`);
await writeFile(DECLARATIONS, lines.join('\n'));
