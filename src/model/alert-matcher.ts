/** The form of Alertmanager: all matchers have to match; a regular expression matches the whole value. */
export interface AlertMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

type Labels = Readonly<Record<string, string>>;

/** `label=value`, `label!=value`, `label=~regex` or `label!~regex`; undefined for any other text. */
export function parseMatcher(text: string): AlertMatcher | undefined {
  const {
    name,
    how = '',
    value,
  } = /^(?<name>[a-zA-Z_]\w*)(?<how>=~|!~|!=|=)(?<value>.*)$/s.exec(text)?.groups ?? {};
  if (name === undefined || value === undefined) return undefined;
  return { name, value, isRegex: how.endsWith('~'), isEqual: !how.startsWith('!') };
}

/** The inverse of {@link parseMatcher}. */
export function matcherText({ name, value, isRegex, isEqual }: AlertMatcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${operator}${value}`;
}

/** Whether all matchers match labels; a label that is absent is empty. */
export function isMatched(matchers: readonly AlertMatcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}

export function matches({ name, value, isRegex, isEqual }: AlertMatcher, labels: Labels): boolean {
  const label = (Object.hasOwn(labels, name) ? labels[name] : undefined) ?? '';
  const isFound = isRegex ? wholePattern(value)?.test(label) === true : label === value;
  return isFound === isEqual;
}

/** Undefined for a text that is not a regular expression. */
export function wholePattern(value: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${value})$`, 'u');
  } catch {
    return undefined;
  }
}
