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

/** An rkt that was found. */
export interface RktBinary {
  /** What a command line begins with: `['/usr/bin/rkt']`, or `['/bin/sh', '…/rkt.sh']`. */
  readonly command: readonly string[];
  readonly runtime: RktRuntime;
  /** What it said of its version then; absent for the embedded one of this package. */
  readonly found?: FoundVersion;
}

export interface FoundVersion {
  /** Or why it said nothing that could be read. */
  readonly answer: RktVersion | RktError;
  /** By `performance.now()`. */
  readonly atMs: number;
}
