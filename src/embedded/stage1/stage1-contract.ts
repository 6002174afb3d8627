import type { Flags } from '../command-line/args.ts';
import type { RktContext } from '../embedded-context.ts';
import type { NameFiles } from '../pods/dns.ts';
import type { SecretWords } from '../pods/exec-line.ts';
import type { LaunchScript } from '../pods/launch-script.ts';
import type { PodEntry } from '../pods/phases.ts';
import type { PodManifest } from '../pods/pod-manifest.ts';
import type { Privileges } from '../pods/privileges.ts';
import type { AppSite } from '../pods/stage0.ts';
import type { Stage1Flavor } from './stage1-flavor.ts';

/** The entry points of rkt's stage1 interface, as a real rkt calls them on our pods. */
export const ENTRY_POINTS = ['run', 'enter', 'gc', 'stop'] as const;

/** A pod that is being prepared. */
export interface CheckOrder {
  readonly manifest: PodManifest;
  readonly flags: Flags;
  readonly privileges: Privileges;
}

/** A small file of a pod; a secret one can be read only by its owner. */
export interface PodFile {
  readonly text: string;
  readonly isSecret: boolean;
}

/** A pod whose apps have their roots. */
export interface Stage1Order {
  readonly pod: PodEntry;
  readonly flags: Flags;
  readonly privileges: Privileges;
  /** At least one. */
  readonly sites: readonly AppSite[];
  readonly names: NameFiles;
  readonly secrets: SecretWords;
  /** Files of the pod, by their paths in it, that are written before the script begins. */
  readonly files: Map<string, PodFile>;
}

/** A command for an app of a running pod. */
export interface EnterOrder {
  readonly pod: PodEntry;
  readonly appName: string;
  readonly argv: readonly string[];
  readonly privileges: Privileges;
}

/**
 * The lower half of a pod's life. Everything above it, stage0, is the same for all: the store, phases, locks and the overlay.
 *
 * Which one a pod has is chosen when it is prepared, and read from the pod from then on.
 */
export interface Stage1 {
  readonly flavor: Stage1Flavor;
  /** The name in its image manifest. */
  readonly name: string;
  /** Stands before the messages of a failed `enter`. */
  readonly enterLabel: string;
  /** Files of `src/embedded/stage1/` that its image holds: the entry points by name, and what these call. */
  readonly entryFiles: Readonly<Record<(typeof ENTRY_POINTS)[number], string>>;
  readonly helpers: readonly string[];
  /** @throws RktFailure for what such a pod, or this machine, cannot do */
  readonly check: (ctx: RktContext, order: CheckOrder) => void;
  /** Adds the last lines of a launch, which end as the process that stands for the pod. @throws RktFailure where the launch ends */
  readonly launch: (ctx: RktContext, script: LaunchScript, order: Stage1Order) => void;
  /** A script that becomes the command. @throws RktFailure */
  readonly enter: (ctx: RktContext, order: EnterOrder) => string;
  /** Takes down what outlives the pod's processes; can be repeated. @throws RktFailure */
  readonly teardown: (ctx: RktContext, pod: PodEntry) => void;
}
