import type { RktError } from '../model/rkt-error.ts';
import type { RktRuntime } from '../model/fingerprint.ts';

export interface RktVersion {
  /** Digits only: `1.30.0`. */
  readonly rkt: string;
  readonly appc: string;
  /** As printed: `1.30.0+git171c416f`. */
  readonly full: string;
  /** True for the embedded rkt of this package. */
  readonly embedded: boolean;
}

/** An rkt on this machine. */
export interface RktBinary {
  /** What a command line begins with: `['/usr/bin/rkt']`, or `['/bin/sh', '…/rkt.sh']`. */
  readonly command: readonly string[];
  readonly runtime: RktRuntime;
  /** The program of a worker thread that runs commands of the embedded rkt in this process; absent: only as processes. */
  readonly worker?: string;
  /** The version it reported then; absent for the embedded one of this package. */
  readonly found?: FoundVersion;
}

export interface FoundVersion {
  /** Or the reason why there is none. */
  readonly answer: RktVersion | RktError;
  /** By `performance.now()`. */
  readonly atMs: number;
}
