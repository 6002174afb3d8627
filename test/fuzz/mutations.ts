import fc from 'fast-check';

/** Where parsers have their corners. */
const TOKENS = [
  ...['', '\0', '\n', '\t', ' ', '"', '{', '}', '[', ']', ',', ':', '=', '-', '\\', '\ufeff', '\ud800'],
  ...['null', 'true', '-1', '0', '1e999', '9007199254740993', '18446744073709551616', 'NaN', 'max', '..'],
  ...['__proto__', 'constructor', 'sha512-', '%s', '\u001b[2J'],
]
  .map((text) => Buffer.from(text))
  // lists and maps of msgpack, which a few bytes nest
  .concat([Buffer.from([0x91]), Buffer.from([0x81, 0xa1, 0x61])]);
const BYTES = [0x00, 0x7f, 0x80, 0x93, 0xc1, 0xc7, 0xd9, 0xdd, 0xdf, 0xff];

/** One step from a real input to a broken one; positions are parts of the length, so that they shrink and repeat. */
type Mutation = (input: Buffer) => Buffer;

const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (input: Buffer, where: number): number => Math.floor(where * (input.length + 1));

const removed = fc.tuple(part, part).map(([a, b]): Mutation => (input) => {
  const [from = 0, to = 0] = [at(input, a), at(input, b)].sort((x, y) => x - y);
  return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
});
const cut = part.map(
  (a): Mutation =>
    (input) =>
      input.subarray(0, at(input, a)),
);
const inserted = fc
  .tuple(part, fc.constantFrom(...TOKENS), fc.constantFrom(1, 1, 1, 3, 200, 20_000))
  .map(([a, token, times]): Mutation => (input) => {
    const middle = Buffer.concat(Array.from({ length: times }, () => token));
    return Buffer.concat([input.subarray(0, at(input, a)), middle, input.subarray(at(input, a))]);
  });
const changed = fc
  .tuple(part, fc.oneof(fc.constantFrom(...BYTES), fc.nat(255)))
  .map(([a, byte]): Mutation => (input) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[Math.floor(a * copy.length)] = byte;
    return copy;
  });
const repeated = fc.tuple(part, part, fc.constantFrom(2, 50)).map(([a, b, times]): Mutation => (input) => {
  const [from = 0, to = 0] = [at(input, a), at(input, b)].sort((x, y) => x - y);
  const middle = input.subarray(from, Math.min(to, from + 4_096));
  return Buffer.concat([
    input.subarray(0, from),
    ...Array.from({ length: times }, () => middle),
    input.subarray(to),
  ]);
});
/** A value of a text is replaced, the structure around it stays. */
const replaced = fc.tuple(part, fc.constantFrom(...TOKENS)).map(([a, token]): Mutation => (input) => {
  const text = input.toString('latin1');
  const words = [...text.matchAll(/"[^"]*"|[\w.-]+/g)];
  const word = words[Math.floor(a * words.length)];
  if (word === undefined) return input;
  const end = word.index + word[0].length;
  return Buffer.concat([input.subarray(0, word.index), token, input.subarray(end)]);
});

/** Broken variants of real inputs, and sometimes bytes that were never any. */
export function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const mutations = fc.array(fc.oneof(replaced, replaced, changed, inserted, removed, cut, repeated), {
    minLength: 1,
    maxLength: 6,
  });
  const broken = fc
    .tuple(fc.constantFrom(...corpus), mutations)
    .map(([input, steps]) => steps.reduce((bytes, step) => step(bytes), input));
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 19, arbitrary: broken }, { weight: 1, arbitrary: noise });
}
