import { expect } from 'chai';

import type { ErrorCode } from '../../src/model/error-catalogue.ts';
import { isRktError, type RktError } from '../../src/model/rkt-error.ts';

/** Calls, expects an error of the library with this code, and returns it. */
export function expectRktError(call: () => unknown, code?: ErrorCode): RktError {
  try {
    call();
  } catch (error) {
    return checked(error, code);
  }
  throw new Error(`expected ${code ?? 'an RktError'}, but nothing was thrown`);
}

/** Awaits, expects a rejection with an error of the library with this code, and returns it. */
export async function expectRktRejection(promise: Promise<unknown>, code?: ErrorCode): Promise<RktError> {
  try {
    await promise;
  } catch (error) {
    return checked(error, code);
  }
  throw new Error(`expected ${code ?? 'an RktError'}, but nothing was rejected`);
}

function checked(error: unknown, code: ErrorCode | undefined): RktError {
  if (!isRktError(error)) throw error;
  if (code !== undefined) expect(error.code, error.message).to.equal(code);
  return error;
}
