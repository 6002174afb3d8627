import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The names of HCL and JSON types for which zod uses another word. */
const TYPE_NAMES: Readonly<Record<string, string>> = { record: 'map' };

/**
 * The issues of a parse, each with a helpful path and reason.
 *
 * For a value with several valid forms, zod only says "Invalid input", and for a key "Invalid key in record". Here
 * the first becomes the fault within the form that the value has, or the list of all expected forms if it has none of
 * them.
 */
export function plainIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap(plain);
}

function plain(issue: Issue): readonly Issue[] {
  if (issue.code === 'invalid_union') return ofUnion(issue);
  if (issue.code === 'invalid_type') return [{ ...issue, message: inOurWords(issue) }];
  if (issue.code !== 'invalid_key' && issue.code !== 'invalid_element') return [issue];
  const reasons = plainIssues(issue.issues).map(({ message }) => message);
  return reasons.length === 0 ? [issue] : [{ ...issue, message: `${issue.message}: ${reasons.join(', ')}` }];
}

function inOurWords({ message, expected }: z.core.$ZodIssueInvalidType): string {
  return message.replace(`expected ${expected}`, `expected ${nameOf(expected)}`);
}

function nameOf(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function ofUnion(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] {
  const forms = issue.errors.map((errors) => plainIssues(errors));
  const possible = bestOf(forms.filter((form) => !form.some(isWrongType)));
  const [only] = possible;
  if (only === undefined) {
    const message = wrongType(forms);
    return [message === undefined ? issue : { ...issue, message }];
  }
  if (possible.length === 1) return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  return [{ ...issue, message: possible.map(asText).join(', or ') }];
}

/** True if the whole value has another type than this form. */
function isWrongType({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

/** The forms with the fewest unknown keys: the value was probably meant to have one of these. */
function bestOf(forms: readonly (readonly Issue[])[]): readonly (readonly Issue[])[] {
  const fewest = Math.min(...forms.map(unknownKeys));
  return forms.filter((form) => unknownKeys(form) === fewest);
}

function unknownKeys(form: readonly Issue[]): number {
  return form.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

function wrongType(forms: readonly (readonly Issue[])[]): string | undefined {
  const wrong = forms.flat().filter(isWrongType);
  const expected = [
    ...new Set(wrong.flatMap((issue) => (issue.code === 'invalid_type' ? [nameOf(issue.expected)] : []))),
  ];
  const received = wrong.map(({ message }) => /received (.+)$/.exec(message)?.[1]).find(Boolean);
  if (expected.length === 0 || received === undefined) return undefined;
  return `Invalid input: expected ${expected.join(' or ')}, received ${received}`;
}

function asText(form: readonly Issue[]): string {
  return form
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`))
    .join(' and ');
}
