/** A resource quantity such as `64M`, `500m`, `16Mi`. */
export interface Quantity {
  /** In thousandths, rounded away from zero. */
  readonly milli: bigint;
  /** Shortest spelling with the suffix family it was given in, as rkt writes it into manifests. */
  readonly canonical: string;
}

/** The message for text that is no quantity. */
export const quantityProblem =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 1_000_000_000n;
const MILLI = 1_000_000n;

/** Parses a quantity; undefined when it is none. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const size = scaled(digits, suffix);
  const milli = (size + MILLI - 1n) / MILLI;
  const spelled = suffix.endsWith('i') && milli >= 1_024_000n ? binary(milli) : decimal(milli);
  const negative = sign === '-' && milli !== 0n;
  return { milli: negative ? -milli : milli, canonical: negative ? `-${spelled}` : spelled };
}

/** Size in units of 10^-9. */
function scaled(digits: string, suffix: string): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0') * NANO;
  const factor = /^[eE][+-]?\d+$/.test(suffix) ? powerOfTen(Number(suffix.slice(1))) : unit(suffix);
  const numerator = mantissa * factor.up;
  const denominator = 10n ** BigInt(fraction.length) * factor.down;
  return (numerator + denominator - 1n) / denominator;
}

function powerOfTen(exponent: number): { up: bigint; down: bigint } {
  return exponent < 0
    ? { up: 1n, down: 10n ** BigInt(-exponent) }
    : { up: 10n ** BigInt(exponent), down: 1n };
}

function unit(suffix: string): { up: bigint; down: bigint } {
  if (suffix.endsWith('i')) return { up: 1024n ** BigInt(BINARY.indexOf(suffix)), down: 1n };
  return powerOfTen((DECIMAL.indexOf(suffix) - 3) * 3);
}

function decimal(milli: bigint): string {
  let index = DECIMAL.indexOf('m');
  let rest = milli;
  while (rest !== 0n && rest % 1000n === 0n && index < DECIMAL.length - 1) {
    rest /= 1000n;
    index += 1;
  }
  return rest === 0n ? '0' : `${rest}${DECIMAL[index] ?? ''}`;
}

function binary(milli: bigint): string {
  let rest = (milli + 999n) / 1000n;
  let index = 0;
  while (rest % 1024n === 0n && index < BINARY.length - 1) {
    rest /= 1024n;
    index += 1;
  }
  return `${rest}${BINARY[index] ?? ''}`;
}
