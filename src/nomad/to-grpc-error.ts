import { Metadata, status } from '@grpc/grpc-js';

import { isRktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { RecoverableError } from './generated/hashicorp/nomad/plugins/shared/structs/RecoverableError.ts';
import type { Status } from './generated/google/rpc/Status.ts';
import { messageDefinition } from './protos.ts';

/** How a call fails: what grpc-js takes for an error. */
export interface Failure {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

const RECOVERABLE = 'hashicorp.nomad.plugins.shared.structs.RecoverableError';
const TASK_NOT_FOUND = 'task not found for given id';
/** The text travels in a header. */
const MAX_TEXT = 4_096;

/**
 * A failure as Nomad knows it from drivers in Go: UNKNOWN with the text of the error. Never UNAVAILABLE or CANCELLED, by
 * which a host understands that the plugin itself is dying.
 */
export function failure(error: unknown): Failure {
  return { code: status.UNKNOWN, details: textOf(error) };
}

/** The failure of a configuration. */
export function configFailure(error: unknown): Failure {
  return { code: status.INVALID_ARGUMENT, details: textOf(error) };
}

/** The failure of a start. One that may go well the next time says so, and the restart policy of the job applies. */
export function startFailure(error: unknown): Failure {
  if (!isRktError(error) || !error.recoverable) return failure(error);
  const code = status.FAILED_PRECONDITION;
  const details = textOf(error);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', recoverableStatus(code, details));
  return { code, details, metadata };
}

function recoverableStatus(code: number, message: string): Buffer {
  const value = messageDefinition<RecoverableError>(RECOVERABLE).serialize({ recoverable: true });
  const details = [{ type_url: `type.googleapis.com/${RECOVERABLE}`, value }];
  return messageDefinition<Status>('google.rpc.Status').serialize({ code, message, details });
}

/** Through a Buffer, as half a surrogate pair cannot be put into a header. */
function textOf(error: unknown): string {
  if (isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) return TASK_NOT_FOUND;
  const text = reasonOf(error);
  return Buffer.from(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text).toString();
}
