/** A field of a sample, or a section of fields. */
export class FieldNode {
  readonly name: string;
  /** Its number in the stream, once it was used. */
  number: number | undefined;
  readonly #children = new Map<string, FieldNode>();

  constructor(name: string) {
    this.name = name;
  }

  child(key: string): FieldNode {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const node = new FieldNode(this.name === '' ? key : `${this.name}.${key}`);
    this.#children.set(key, node);
    return node;
  }
}

/** The fields and the shared values of a stream of changes, numbered in the order of their first use. */
export class ChangeNames {
  readonly root = new FieldNode('');
  readonly #fields: string[] = [];
  readonly #values = new Map<string, number>();
  #reportedFields = 0;
  #reportedValues = 0;

  get size(): number {
    return this.#fields.length + this.#values.size;
  }

  field(node: FieldNode): number {
    if (node.number !== undefined) return node.number;
    node.number = this.#fields.length;
    this.#fields.push(node.name);
    return node.number;
  }

  /** Lists and texts occur in many samples; others are written where they are. */
  value(value: unknown): string {
    if (value === undefined) return 'null';
    const text = JSON.stringify(value);
    if (typeof value !== 'string' && !Array.isArray(value)) return `{"is":${text}}`;
    const known = this.#values.get(text) ?? this.#values.size;
    this.#values.set(text, known);
    return `[${known}]`;
  }

  /** Those that were used since the last call, as members of an event. */
  fresh(): string {
    const text = this.#from(this.#reportedFields, this.#reportedValues);
    this.#reportedFields = this.#fields.length;
    this.#reportedValues = this.#values.size;
    return text;
  }

  /** All of them, for a reader that has none. */
  all(): string {
    return this.#from(0, 0);
  }

  #from(firstField: number, firstValue: number): string {
    const fields = this.#fields.slice(firstField);
    const shown = fields.length === 0 ? '' : `"fields":${JSON.stringify([firstField, ...fields])},`;
    if (firstValue === this.#values.size) return shown;
    return `${shown}"values":[${[firstValue, ...[...this.#values.keys()].slice(firstValue)].join(',')}],`;
  }
}
