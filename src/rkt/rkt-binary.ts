import type { RktRuntime } from '../model/fingerprint.ts';

/** An rkt that was found. */
export interface RktBinary {
  /** What a command line begins with: `['/usr/bin/rkt']`, or `['/bin/sh', '…/rkt.sh']`. */
  readonly command: readonly string[];
  readonly runtime: RktRuntime;
}
