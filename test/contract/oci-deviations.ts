/** A recorded scenario of rkt's stage1 `host`, and where the stage1 oci differs from it. */
export interface OciDeviations {
  /** The last step that is replayed. */
  readonly last: number;
  /** Steps that always differ, with the reason. */
  readonly differs: Readonly<Record<number, string>>;
}

const SIGNALED = 'after signal n the code is 128 + n; systemd has n, and counts SIGTERM as success';
const NO_STATUS = 'the exit of a single app is recorded by the driver only';
const MISSING = 'a missing program fails with 254 before the pod has started';
const WORDS = 'the message is that of fly';

export const OCI_DEVIATIONS: Readonly<Record<string, OciDeviations>> = {
  'host-multi-app': { last: 13, differs: { 11: SIGNALED, 12: SIGNALED } },
  'host-run-foreground': {
    last: 10,
    differs: {
      1: 'the outputs are apart: no journal merges them',
      2: SIGNALED,
      3: SIGNALED,
      4: MISSING,
      5: WORDS,
      6: 'a missing working directory fails',
      7: WORDS,
      8: 'variables of systemd are absent',
      9: 'the app has the input of rkt',
    },
  },
  'host-lifecycle': {
    last: 33,
    differs: {
      16: 'the processes beside the app are others',
      17: MISSING,
      19: 'TERM is not that of the caller, and cgroups are those of this machine',
      20: SIGNALED,
      21: 'an unknown app is refused before anything is run',
      23: SIGNALED,
      24: NO_STATUS,
      25: NO_STATUS,
      26: NO_STATUS,
      27: NO_STATUS,
      30: NO_STATUS,
      31: NO_STATUS,
    },
  },
};
