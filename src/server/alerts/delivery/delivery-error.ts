/** Why a receiver did not get alerts; without its URL, headers or output. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** The receiver refuses these alerts, and would refuse them again. */
  readonly isFinal: boolean;
  /** How long the receiver asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, { isFinal = false, retryAfterMs }: DeliveryFailure = {}) {
    super(reason);
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}

interface DeliveryFailure {
  readonly isFinal?: boolean;
  readonly retryAfterMs?: number | undefined;
}
