/** Why some recorded steps are not, or not in every run, the same with the embedded rkt. */
export interface Topic {
  /** `differs`: the embedded rkt gives something else, always. `open`: depends on the machine or on timing. */
  readonly kind: 'differs' | 'open';
  /** As docs/embedded-rkt.md says it. */
  readonly reason: string;
  /** Steps by scenario. */
  readonly steps: Readonly<Record<string, readonly number[]>>;
}

/** The one list of deviations; docs/embedded-rkt.md shows it, and a test holds the two together. */
export const DEVIATIONS: Readonly<Record<string, Topic>> = {
  version: {
    kind: 'differs',
    reason: '`Go Version` names Node.js: there is no Go in it.',
    steps: { version: [0], 'data-dir': [29] },
  },
  commands: {
    kind: 'differs',
    reason:
      'Commands that the driver does not use (`api-service`, `completion`, `metadata-service`) are missing, in the help as well.',
    steps: {
      version: [1, 2, 3, 20],
    },
  },
  debug: {
    kind: 'differs',
    reason: '`--debug` prints chains of errors as rkt does, but not the steps of stage0 and stage1.',
    steps: {
      'prepare-basic': [11],
      'run-foreground': [31],
      'debug-errors': [5, 7, 9],
      rm: [18],
      gc: [21],
    },
  },
  unprivileged: {
    kind: 'differs',
    reason:
      'Without root rkt refuses at once. The embedded rkt works in a user namespace where the kernel allows one, so it gets as far as the permissions of the data directory let it.',
    steps: { 'data-dir': [19, 20, 21, 22, 23, 24] },
  },
  store: {
    kind: 'differs',
    reason:
      'The image store has no ql database: it is one JSON file per image, so names of its files and the errors about them differ.',
    steps: { 'data-dir': [3, 34], 'image-list': [31] },
  },
  'hosts-entry': {
    kind: 'differs',
    reason:
      '`--hosts-entry` works for images without /etc/hosts; fly trips over a directory it has made itself.',
    steps: { 'run-ignored-flags': [28] },
  },
  'private-users': {
    kind: 'differs',
    reason:
      '`--private-users` fails with 254 and says that it is not supported; fly prints the usage of its stage1 and exits with 2.',
    steps: { 'run-ignored-flags': [20] },
  },
  'metadata-service': {
    kind: 'differs',
    reason: '`--mds-register` fails at once, without three tries to reach a metadata service.',
    steps: { 'run-foreground': [30] },
  },
  mountinfo: {
    kind: 'differs',
    reason:
      "Mounts are private to the pod's own mount namespace and never shared, and overlay paths are relative to the pod's directory, so the app's mount table looks different.",
    steps: { 'run-volumes': [12] },
  },
  machine: {
    kind: 'open',
    reason: 'These steps print cgroups, sizes, descriptors or files of the machine they were recorded on.',
    steps: {
      enter: [6],
      'run-ignored-flags': [14],
      'image-list': [6],
      'image-references': [10],
      'data-dir': [6, 7, 8, 9, 10],
    },
  },
  docker: {
    kind: 'open',
    reason: 'What `docker://` gives depends on the network and the registry that it reaches.',
    steps: { 'image-references': [8] },
  },
  timing: {
    kind: 'open',
    reason:
      'What these steps show depends on who is faster: which of several launchers wins, how far a killed command has come.',
    steps: { stop: [10], 'parallel-runs': [5, 6, 7, 8], 'run-signals': [29] },
  },
};

/** Scenarios that are not replayed at all. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'api-service': 'The embedded rkt has no API service.',
  'app-experiment': 'The embedded rkt has none of the experimental `rkt app` commands.',
  'stage1-selection': 'A stage1 is no image here: `--stage1-…` chooses one by its name.',
  signatures:
    'The key and the signatures of the recording were not kept; signatures have tests of their own.',
  config: 'The configuration files of the recording were not kept; configuration has tests of its own.',
};

/** Steps that show the words of busybox, which the recorded images hold; a machine without it has other programs. */
export const BUSYBOX_STEPS: Readonly<Record<string, readonly number[]>> = {
  'manifest-validation': [15],
  'prepare-no-overlay': [2],
  'run-foreground': [13, 15, 18, 19, 22, 23],
  'run-volumes': [2],
};

/** Steps of a scenario that are not compared, or known to differ. */
export function deviatingSteps(scenario: string, kind: Topic['kind']): ReadonlySet<number> {
  const topics = Object.values(DEVIATIONS).filter((topic) => topic.kind === kind);
  return new Set(topics.flatMap((topic) => topic.steps[scenario] ?? []));
}
