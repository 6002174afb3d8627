import { RktFailure } from '../../src/embedded/embedded-context.ts';
import { RktError } from '../../src/model/rkt-error.ts';

/** A parser, real inputs of it, and what it may say about broken ones. */
export interface FuzzTarget {
  readonly name: string;
  readonly corpus: () => readonly Buffer[] | Promise<readonly Buffer[]>;
  readonly parse: (input: Buffer) => unknown;
  readonly isDocumented: (error: unknown) => boolean;
}

/** What the library throws. */
export const isRkt = (error: unknown): boolean => error instanceof RktError;
/** What the embedded rkt throws. */
export const isFailure = (error: unknown): boolean => error instanceof RktFailure;
/** For parsers that answer `undefined`, or an empty list. */
export const never = (): boolean => false;

export function textTarget(
  name: string,
  corpus: readonly (Buffer | string)[],
  parse: (text: string) => unknown,
  isDocumented: FuzzTarget['isDocumented'],
): FuzzTarget {
  return {
    name,
    corpus: () => corpus.map((input) => Buffer.from(input)),
    parse: (input) => parse(input.toString()),
    isDocumented,
  };
}
