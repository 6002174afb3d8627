import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import { APPC_VERSION, EMBEDDED_RKT_VERSION } from '../model/embedded-rkt-version.ts';
import { RktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { RktVersion } from './found-binary.ts';
import { MINIMUM_RKT_VERSION, isAtLeast, rktVersion } from './rkt-version.ts';

/** How long the version that an rkt reported when it was found is considered current. */
const FRESH_MS = 5_000;

/** The runners whose initial version has been used. */
const used = new WeakSet<RktRunner>();
/** The runners whose version is known to be supported. */
const supported = new WeakSet<RktRunner>();

/**
 * The current version of rkt, requested by each call. The first call uses the version that rkt reported when it was
 * found, so that an rkt that hangs delays only once.
 *
 * @throws {@link RktError} as {@link rktVersion}, and RKT_ERR_RKT_VERSION for one that is too old
 */
export async function probeVersion(runner: RktRunner): Promise<RktVersion> {
  const version = firstAnswer(runner) ?? (await currentVersion(runner));
  if (!isAtLeast(version.rkt, MINIMUM_RKT_VERSION)) {
    supported.delete(runner);
    const what = `Unsupported rkt version ${version.rkt}: at least ${MINIMUM_RKT_VERSION} is needed`;
    throw new RktError('RKT_ERR_RKT_VERSION', what);
  }
  supported.add(runner);
  return version;
}

/** Of the embedded rkt of this package. */
const OF_PACKAGE: RktVersion = {
  ...{ rkt: EMBEDDED_RKT_VERSION.replace(/\+.*/, ''), appc: APPC_VERSION },
  ...{ full: EMBEDDED_RKT_VERSION, embedded: true },
};

/**
 * The embedded rkt of this package is asked only when a file of it is missing, to report that: a worker for the question takes
 * more CPU time and memory than all else that an idle driver does.
 */
async function currentVersion(runner: RktRunner): Promise<RktVersion> {
  const { worker, command } = runner.binary;
  if (worker === undefined) return rktVersion(runner);
  const files = [worker, ...command.slice(1)].map((path) => access(path, constants.R_OK));
  return Promise.all(files).then(
    () => OF_PACKAGE,
    () => rktVersion(runner),
  );
}

function firstAnswer(runner: RktRunner): RktVersion | undefined {
  const { found } = runner.binary;
  if (found === undefined || used.has(runner)) return undefined;
  used.add(runner);
  if (performance.now() - found.atMs > FRESH_MS) return undefined;
  if (found.answer instanceof RktError) throw found.answer;
  return found.answer;
}

/**
 * Refuses an rkt that the fingerprint refuses. An rkt that was supported once is not checked again. @throws as {@link
 * probeVersion}
 */
export async function requireSupported(runner: RktRunner): Promise<void> {
  if (!supported.has(runner)) await probeVersion(runner);
}
