/** One line of metrics, read back. */
export interface ReadSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadText {
  readonly series: readonly ReadSeries[];
  /** By name of the family as it is declared. */
  readonly types: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, string>;
  readonly isEnded: boolean;
}

const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** Reads metrics by the grammar of the text formats, strictly: what it does not know is an error. */
export function readText(body: string): ReadText {
  const series: ReadSeries[] = [];
  const types = new Map<string, string>();
  const units = new Map<string, string>();
  let isEnded = false;
  if (body !== '' && !body.endsWith('\n')) throw new Error('the last line is not ended');
  for (const line of body.split('\n').slice(0, -1)) {
    if (isEnded) throw new Error('something follows # EOF');
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\w+) (.+)$/.exec(line) ?? [];
    // prom-client leaves lines empty.
    if (line === '') continue;
    if (line === '# EOF') isEnded = true;
    else if (word === 'HELP') continue;
    else if (word === 'UNIT') units.set(name, rest);
    else if (word === 'TYPE' && !types.has(name)) types.set(name, rest);
    else series.push(readSeries(line));
  }
  return { series, types, units, isEnded };
}

function readSeries(line: string): ReadSeries {
  const [, name, inner, value] = /^([a-zA-Z_:]\w*)(?:\{([^]*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no series: ${line}`);
  const labels: Record<string, string> = {};
  let rest = inner ?? '';
  while (rest !== '') {
    const [all, label = '', text = ''] = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest) ?? [];
    if (all === undefined || label in labels) throw new Error(`bad labels: ${line}`);
    labels[label] = text.replace(/\\["\\n]/g, (escaped) => UNESCAPED[escaped] ?? '');
    rest = rest.slice(all.length);
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

/** The value of the one series that has this name and, among others, these labels. */
export function valueOf(
  { series }: ReadText,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = series.filter(
    (each) => each.name === name && Object.entries(labels).every(([key, text]) => each.labels[key] === text),
  );
  if (found.length > 1) throw new Error(`${found.length} series are ${name} ${JSON.stringify(labels)}`);
  return found[0]?.value;
}
