import { status, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';

import { reasonOf } from '../model/reason-of.ts';

/** The code is one of grpc's, or a number that came with an error. */
interface Failure {
  readonly code: number;
  readonly details: string;
}
/** What all kinds of calls have in common, as the server gives them to a handler. */
interface AnyCall {
  readonly cancelled: boolean;
  emit(event: 'error', error: Failure): boolean;
}
type Answer = (error: Failure) => void;
type AnyHandler = (call: AnyCall, answer?: Answer) => void;

/**
 * A service whose implementation is still being loaded: it is registered from the start, and a call waits for the
 * implementation.
 *
 * @param load called with each call; a rejection becomes the call's error, with its `code` if that is a number
 */
export function deferredService(
  definition: ServiceDefinition,
  load: () => Promise<UntypedServiceImplementation>,
): UntypedServiceImplementation {
  const handlers = Object.keys(definition).map((name): [string, AnyHandler] => [
    name,
    (call, answer) => {
      const fail = (code: number, details: string): void => {
        if (answer === undefined) call.emit('error', { code, details });
        else answer({ code, details });
      };
      load().then(
        (implementation) => {
          const handler = implementation[name] as AnyHandler | undefined;
          if (call.cancelled) return;
          if (handler === undefined) fail(status.UNIMPLEMENTED, `This driver has no ${name}`);
          else handler.call(implementation, call, answer);
        },
        (error: unknown) => fail(codeOf(error), reasonOf(error)),
      );
    },
  ]);
  return Object.fromEntries(handlers);
}

/** A Go driver's plain error is UNKNOWN, and so is ours. */
function codeOf(error: unknown): number {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : status.UNKNOWN;
}
