import type { handleUnaryCall } from '@grpc/grpc-js';

import { failure, type Failure } from './to-grpc-error.ts';

/**
 * The handler of a call with one response.
 *
 * @param handle `signal` is aborted when the host has cancelled the call and no longer waits for the response
 */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => Promise<Response> | Response,
  toFailure: (error: unknown) => Failure = failure,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    const cancelled = new AbortController();
    // It also comes after a normal response, when it has no effect.
    call.on('cancelled', () => cancelled.abort());
    new Promise<Response>((resolve) => resolve(handle(call.request, cancelled.signal))).then(
      (response) => answer(null, response),
      (error: unknown) => answer(toFailure(error)),
    );
  };
}
