import { RktFailure } from './embedded-context.ts';

/** JSON text is broken; `message` is what Go's decoder says, `offset` the number of bytes read up to the fault. */
export class JsonSyntaxFailure extends RktFailure {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Parses JSON, reporting syntax errors in Go's words.
 *
 * @throws JsonSyntaxFailure
 */
export function parseGoJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (text.length > MAX_DEPTH) checkDepth(value);
    return value;
  } catch (error) {
    if (error instanceof JsonSyntaxFailure) throw error;
    const fault = new Scanner(text).findFault();
    throw new JsonSyntaxFailure(fault.message, Buffer.byteLength(text.slice(0, fault.at)));
  }
}

/** Nothing that rkt reads is nested like that, and what prints it again may go as deep as the stack does. */
const MAX_DEPTH = 1000;

function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new JsonSyntaxFailure('exceeded max depth', 0);
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
}

interface Fault {
  readonly message: string;
  readonly at: number;
}

class FaultFound extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Walks JSON only to find the first fault; used after JSON.parse has refused the text. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  findFault(): Fault {
    try {
      this.#value('looking for beginning of value');
      if (this.#peek() !== undefined) this.#fail('after top-level value');
    } catch (error) {
      if (error instanceof FaultFound) return error.fault;
      throw error;
    }
    return { message: 'invalid JSON', at: this.#text.length };
  }

  #peek(): string | undefined {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }

  #fail(context: string): never {
    const char = this.#text[this.#at];
    if (char === undefined) throw new FaultFound({ message: 'unexpected end of JSON input', at: this.#at });
    const shown = char === "'" ? `'\\''` : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
    throw new FaultFound({ message: `invalid character ${shown} ${context}`, at: this.#at + 1 });
  }

  #value(context: string): void {
    const char = this.#peek();
    if (char === '{') this.#object();
    else if (char === '[') this.#array();
    else if (char === '"') this.#string();
    else this.#scalar(context);
  }

  /** One level deeper; no deeper than the stack allows. */
  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new FaultFound({ message: 'exceeded max depth', at: this.#at });
    this.#at += 1;
  }

  #object(): void {
    this.#enter();
    if (this.#closes('}')) return;
    for (;;) {
      if (this.#peek() !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      if (this.#peek() !== ':') this.#fail('after object key');
      this.#at += 1;
      this.#value('looking for beginning of value');
      if (this.#closes('}')) return;
      if (this.#peek() !== ',') this.#fail('after object key:value pair');
      this.#at += 1;
    }
  }

  #array(): void {
    this.#enter();
    if (this.#closes(']')) return;
    for (;;) {
      this.#value('looking for beginning of value');
      if (this.#closes(']')) return;
      if (this.#peek() !== ',') this.#fail('after array element');
      this.#at += 1;
    }
  }

  /** Takes the closing bracket if it comes next. */
  #closes(bracket: string): boolean {
    if (this.#peek() !== bracket) return false;
    this.#at += 1;
    this.#depth -= 1;
    return true;
  }

  #string(): void {
    const match = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
    match.lastIndex = this.#at;
    match.test(this.#text);
    this.#at = match.lastIndex;
    if (this.#text[this.#at] === '\\') {
      this.#at += 1;
      this.#fail('in string escape code');
    }
    if (this.#text[this.#at] !== '"') this.#fail('in string literal');
    this.#at += 1;
  }

  #scalar(context: string): void {
    const match = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
    match.lastIndex = this.#at;
    if (!match.test(this.#text)) this.#fail(context);
    this.#at = match.lastIndex;
  }
}
