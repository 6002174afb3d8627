import { HIDDEN } from '../../model/hidden.ts';
import { withoutCredentials } from '../../model/url-credentials.ts';

/** Keys of secrets: values of headers, words of commands, tokens. A file or a variable that holds a secret is none. */
const SECRET = /^(?:headers|command|template|token|secret|password)$/i;
const URL_KEY = /^(?:urls?|otlp)$/i;
const REFERENCE: ReadonlySet<string> = new Set(['file', 'variable']);

/** A setting as output and log may contain it. */
export function shownSetting(value: unknown, key: string): unknown {
  return shown(value, key, SECRET.test(key));
}

function shown(value: unknown, key: string, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => shown(each, key, isSecret));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, inner]) => {
      const isHidden = !REFERENCE.has(name) && (isSecret || SECRET.test(name));
      return [name, shown(inner, REFERENCE.has(name) ? '' : name, isHidden)] as const;
    });
    return Object.fromEntries(entries);
  }
  if (isSecret) return HIDDEN;
  if (typeof value !== 'string') return value;
  return URL_KEY.test(key) ? shownUrl(value) : withoutCredentials(value);
}

/** A token is often in the path or the query. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return HIDDEN;
  const { protocol, host, pathname, search } = new URL(text);
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : `/${HIDDEN}`}`;
}
