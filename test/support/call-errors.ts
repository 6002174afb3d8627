import type { Metadata } from '@grpc/grpc-js';

/** How a call failed, as grpc-js reports its caller. */
export interface CallError {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Awaits a call that is to fail, and returns how it did. */
export async function callError(call: Promise<unknown>): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    return error as CallError;
  }
  throw new Error('expected the call to fail, but it was answered');
}
