/** A word, a text, a number or a sign of HCL, with the line it is on. */
export interface HclToken {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
}

const SPACE = /[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\//y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const HEREDOC = /<<(-?)([A-Z]+)\n([^]*?)\n[ \t]*\2(?=\n|$)/y;
const SIGN = /[{}[\](),=]/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/** Cuts HCL into tokens. Templates such as `${meta.x}` stay as they are written. @throws with the line */
export function hclTokens(source: string): readonly HclToken[] {
  const tokens: HclToken[] = [];
  let at = 0;
  let line = 1;
  const advance = (text: string): void => {
    at += text.length;
    line += text.split('\n').length - 1;
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source) ?? undefined;
  };
  const push = (kind: HclToken['kind'], raw: string, text = raw): void => {
    tokens.push({ kind, text, line });
    advance(raw);
  };

  while (at < source.length) {
    const space = take(SPACE);
    if (space !== undefined) {
      advance(space[0]);
      continue;
    }
    if (source[at] === '\n') push('newline', '\n');
    else if (source[at] === '"') pushText();
    else pushOther();
  }
  tokens.push({ kind: 'end', text: 'the end', line });
  return tokens;

  function pushText(): void {
    const raw = quotedText(source, at);
    if (raw === undefined) throw new Error(`line ${line}: a text has no end`);
    push('text', raw, unescape(raw.slice(1, -1)));
  }

  function pushOther(): void {
    const heredoc = take(HEREDOC);
    const word = take(WORD)?.[0];
    const number = take(NUMBER)?.[0];
    const sign = take(SIGN)?.[0];
    if (heredoc !== undefined) push('text', heredoc[0], `${heredoc[3] ?? ''}\n`);
    else if (word !== undefined) push('word', word);
    else if (number !== undefined) push('number', number);
    else if (sign !== undefined) push('sign', sign);
    else throw new Error(`line ${line}: ${source[at]} is nothing of HCL`);
  }
}

/** From a quote to the one that ends it, over quotes within `${…}`. */
function quotedText(source: string, start: number): string | undefined {
  let depth = 0;
  for (let i = start + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source.startsWith('${', i)) depth += 1;
    else if (source[i] === '}' && depth > 0) depth -= 1;
    else if (source[i] === '"' && depth === 0) return source.slice(start, i + 1);
    else if (source[i] === '\n') return undefined;
  }
  return undefined;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
