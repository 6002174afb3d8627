import { hclTokens, type HclToken } from './hcl-tokens.ts';

export type HclValue = string | number | boolean | readonly HclValue[] | { readonly [key: string]: HclValue };

/** What is between the braces of a block, or a whole file. */
export interface HclBody {
  readonly attributes: Readonly<Record<string, HclValue>>;
  readonly blocks: readonly HclBlock[];
}

export interface HclBlock extends HclBody {
  readonly type: string;
  readonly labels: readonly string[];
  readonly line: number;
}

/**
 * Reads the HCL that configurations and jobs are written in: blocks with labels, and attributes whose values are
 * texts, numbers, bools, lists and maps. Expressions and functions are refused.
 *
 * @throws with the line of what is wrong
 */
export function parseHcl(source: string): HclBody {
  const reader = new Reader(hclTokens(source));
  return reader.body('end');
}

/** All blocks of a type, however deep, in the order of the text. */
export function blocksOf({ blocks }: HclBody, type: string): readonly HclBlock[] {
  return blocks.flatMap((block) => [...(block.type === type ? [block] : []), ...blocksOf(block, type)]);
}

/** A body as Nomad passes it on: blocks of a name become one value, or a list where there are several. */
export function hclObject({ attributes, blocks }: HclBody): Record<string, HclValue> {
  const types = [...new Set(blocks.map(({ type }) => type))];
  const values = types.map((type): [string, HclValue] => {
    const all = blocks.filter((block) => block.type === type).map(hclObject);
    return [type, all.length === 1 && all[0] !== undefined ? all[0] : all];
  });
  return { ...attributes, ...Object.fromEntries(values) };
}

class Reader {
  readonly #tokens: readonly HclToken[];
  #at = 0;

  constructor(tokens: readonly HclToken[]) {
    this.#tokens = tokens;
  }

  body(end: '}' | 'end'): HclBody {
    const attributes: Record<string, HclValue> = {};
    const blocks: HclBlock[] = [];
    for (;;) {
      this.#skipNewlines();
      const token = this.#next();
      if (end === 'end' ? token.kind === 'end' : this.#is(token, '}')) return { attributes, blocks };
      if (token.kind !== 'word') throw unexpected(token, 'a name');
      if (this.#is(this.#peek(), '=')) {
        this.#next();
        if (token.text in attributes) throw new Error(`line ${token.line}: ${token.text} is there twice`);
        attributes[token.text] = this.#value();
      } else {
        blocks.push(this.#block(token));
      }
      this.#endOfItem(end);
    }
  }

  #block({ text: type, line }: HclToken): HclBlock {
    const labels: string[] = [];
    while (this.#peek().kind === 'text') labels.push(this.#next().text);
    this.#expect('{');
    return { type, labels, line, ...this.body('}') };
  }

  #value(): HclValue {
    const token = this.#next();
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'word' && /^(?:true|false)$/.test(token.text)) return token.text === 'true';
    if (this.#is(token, '[')) return this.#items(']', () => this.#value());
    if (this.#is(token, '{')) return Object.fromEntries(this.#items('}', () => this.#pair()));
    throw unexpected(token, 'a value');
  }

  #pair(): [string, HclValue] {
    const key = this.#next();
    if (key.kind !== 'word' && key.kind !== 'text') throw unexpected(key, 'a key');
    this.#expect('=');
    return [key.text, this.#value()];
  }

  #items<Item>(end: ']' | '}', read: () => Item): Item[] {
    const items: Item[] = [];
    for (;;) {
      this.#skipNewlines();
      if (this.#is(this.#peek(), end)) break;
      items.push(read());
      if (this.#is(this.#peek(), ',')) this.#next();
      else if (end === ']') break;
    }
    this.#skipNewlines();
    this.#expect(end);
    return items;
  }

  /** One attribute or block a line, as HCL has it; `port "http" {}` ends where its own block does. */
  #endOfItem(end: '}' | 'end'): void {
    const token = this.#peek();
    if (token.kind === 'newline' || token.kind === 'end' || (end === '}' && this.#is(token, '}'))) return;
    throw unexpected(token, 'a new line');
  }

  #skipNewlines(): void {
    while (this.#peek().kind === 'newline') this.#next();
  }

  #peek(): HclToken {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', line: 0 };
  }

  #next(): HclToken {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #is({ kind, text }: HclToken, sign: string): boolean {
    return kind === 'sign' && text === sign;
  }

  #expect(sign: string): void {
    const token = this.#next();
    if (!this.#is(token, sign)) throw unexpected(token, sign);
  }
}

function unexpected({ text, line }: HclToken, wanted: string): Error {
  return new Error(`line ${line}: ${JSON.stringify(text)} where ${wanted} should be`);
}
