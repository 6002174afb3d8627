/** Labels in the order in which they are written. */
export type Labels = Readonly<Record<string, string | undefined>>;

/** The value of a label as it stands between its quotes. */
export function escapeLabelValue(value: string): string {
  // A lone surrogate has no UTF-8; what would be made of it later could be the same for two values.
  const text = /[\ud800-\udfff]/.test(value) ? Buffer.from(value).toString() : value;
  return /[\\"\n]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : text;
}

/** `a="1",b="2"`; a label without a value is the same as no label, and is left out. */
export function labelText(labels: Labels): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    if (value === undefined || value === '') continue;
    text += `${text === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  }
  return text;
}

/** A valid label name for any text; undefined when nothing is left of it or it is a reserved one. */
export function labelName(text: string): string | undefined {
  const name = text
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .replace(/^_{2,}/, '_');
  return /[A-Za-z0-9]/.test(name) ? name : undefined;
}
