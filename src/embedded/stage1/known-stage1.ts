import { posix } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { readConfig } from '../rkt-configuration.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { podFile } from '../pods/pod-info.ts';
import type { PodEntry } from '../pods/phases.ts';
import { flyStage1 } from './fly/fly-stage1.ts';
import { ociStage1 } from './oci/oci-stage1.ts';
import type { Stage1 } from './stage1-contract.ts';

/** Each stage1 of the embedded rkt; the first is the default. */
export const knownStage1: readonly Stage1[] = [flyStage1, ociStage1];

/** Names of rkt's own stage1 that works as fly does, and of the embedded ones. */
const FLY = /(?:^|\/)(?:stage1-)?(?:fly|embedded)$/;

/**
 * The stage1 that a pod is prepared with: that of `--stage1-name`, `-from-dir`, `-path` or `-url`, else that of rkt's
 * configuration, else fly. A hash does not identify a stage1, unless it is that of an embedded image; then fly is used.
 *
 * @throws RktFailure for an unknown name
 */
export function chooseStage1(ctx: RktContext, flags: Flags): Stage1 {
  const wanted = wantedName(ctx, flags);
  if (wanted === undefined) return flyStage1;
  const name = wanted.replace(/:[^:/]*$/, '');
  const found = knownStage1.find((stage1) => stage1.name === name || nameOf(stage1) === name);
  if (found !== undefined) return found;
  if (FLY.test(name)) return flyStage1;
  const ours = knownStage1.map((stage1) => stage1.flavor).join(', ');
  throw new RktFailure(`the embedded rkt has no stage1 ${JSON.stringify(wanted)}; it has ${ours}`);
}

/** The stage1 that a pod was prepared with. */
export function stage1OfPod(pod: PodEntry): Stage1 {
  const text = podFile(pod, 'stage1/manifest') ?? '';
  return knownStage1.find(({ name }) => text.includes(JSON.stringify(name))) ?? flyStage1;
}

const nameOf = ({ flavor }: Stage1): string => flavor;

function wantedName(ctx: RktContext, flags: Flags): string | undefined {
  if (flags.isSet('stage1-name')) return flags.string('stage1-name');
  for (const name of ['stage1-from-dir', 'stage1-path', 'stage1-url']) {
    if (flags.isSet(name)) return fromFile(flags.string(name));
  }
  if (flags.isSet('stage1-hash')) return undefined;
  const { name, location } = readConfig(ctx).stage1;
  if (name !== '') return name;
  return location === '' ? undefined : fromFile(location);
}

/** `/opt/stage1-oci.aci` is a file of the stage1 `oci`; what it holds is not looked at. */
function fromFile(path: string): string {
  return posix.basename(path, '.aci').replace(/^stage1-/, '');
}
