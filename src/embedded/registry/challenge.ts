/** What a registry wants to see, by its header `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string };

const SCHEME = /(?:^|,)\s*([a-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$))/giy;
const PARAMETER =
  /\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*(?:,(?!\s*[a-z][\w-]*\s+[\w-]+\s*=)|(?=,)|$)/giy;
const MAX_LENGTH = 8192;

/** The best of the challenges of a header that is understood: bearer before basic. Undefined when there is none. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const all = header === undefined || header.length > MAX_LENGTH ? [] : challengesOf(header);
  const bearer = all.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (bearer !== undefined) {
    const value = (name: string): string => bearer.parameters.get(name) ?? '';
    return { scheme: 'bearer', realm: value('realm'), service: value('service'), scope: value('scope') };
  }
  return all.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}

interface Parsed {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function challengesOf(header: string): readonly Parsed[] {
  const found: Parsed[] = [];
  let at = 0;
  while (at < header.length) {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(header);
    if (scheme === null) break;
    const parameters = new Map<string, string>();
    PARAMETER.lastIndex = SCHEME.lastIndex;
    at = SCHEME.lastIndex;
    for (let match = PARAMETER.exec(header); match !== null; match = PARAMETER.exec(header)) {
      const [, name = '', quoted, bare = ''] = match;
      parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/gs, '$1'));
      at = PARAMETER.lastIndex;
      if (at >= header.length) break;
    }
    found.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters });
  }
  return found;
}
