import { driverSettings } from '../model/driver-options.ts';
import { reasonOf } from '../model/reason-of.ts';
import { withoutCredentials } from '../model/url-credentials.ts';
import { createRktRunner, type RktRunner } from '../rkt/command-runner.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';
import { resolveRkt } from '../rkt/resolve-binary.ts';
import { fetchImages } from '../rkt/rkt-fetch.ts';
import { trustPrefix } from '../rkt/rkt-trust.ts';
import type { OwnSession } from './command-session.ts';
import { imageSource } from './images/image-source.ts';
import { pullImage } from './images/pull-image.ts';
import { driverOptionsOf } from './settings.ts';

/** As docker and podman name them. */
export const PULL_POLICIES = ['always', 'missing', 'newer', 'never'] as const;
export type PullPolicy = (typeof PULL_POLICIES)[number];

/** The image of a task that is about to start. */
export interface WantedImage {
  readonly image: string;
  readonly insecureOptions: readonly string[];
  readonly trustPrefix?: string | undefined;
}

/** The image of a specification, with the checks that its start makes. */
export function wantedImage({ config }: TaskSpecInput): WantedImage {
  const { image, insecure_options: given = [], trust_prefix: trustPrefix } = config;
  const isVerified = given.length > 0 || trustPrefix !== undefined;
  return { image, trustPrefix, insecureOptions: isVerified ? given : ['all'] };
}

/**
 * Does before a start what `--pull` says: `always` asks the registry, `newer` does too and goes on with the image of the store when
 * that fails, `never` requires the image in the store. An image that has not changed is not downloaded again.
 *
 * @returns false when an interrupt has ended it
 * @throws RKT_ERR_IMAGE and others when the image cannot be had
 */
export async function pullFirst(
  session: OwnSession,
  wanted: WantedImage,
  policy: PullPolicy | undefined,
): Promise<boolean> {
  // The start itself fetches what is missing.
  if (policy === undefined || policy === 'missing') return true;
  const runner = await runnerOf(session);
  if (wanted.trustPrefix !== undefined) await trustPrefix(runner, wanted.trustPrefix);
  const requireStored = (): Promise<unknown> =>
    fetchImages(runner, [wanted.image], { ...wanted, pullPolicy: 'never' });
  if (policy === 'never') {
    await requireStored();
    return true;
  }
  const source = imageSource(wanted.image, process.cwd());
  source.check(runner);
  try {
    return (await pullImage({ runner, ...session }, source, wanted)) !== undefined;
  } catch (error) {
    if (policy === 'always') throw error;
    await requireStored().catch(() => {
      throw error;
    });
    const image = withoutCredentials(wanted.image);
    session.output.warn(`${image} could not be fetched; the image of the store is used: ${reasonOf(error)}`);
    return true;
  }
}

async function runnerOf({ settings }: OwnSession): Promise<RktRunner> {
  const { rkt, rktDir: dir, rktTimeoutMs: timeoutMs } = driverSettings(driverOptionsOf(settings));
  return createRktRunner({ binary: await resolveRkt(rkt, timeoutMs), dir, timeoutMs });
}
