import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import type { Credentials } from '../../pods/app-credentials.ts';
import { ALL_CAPABILITIES } from '../../../model/capabilities.ts';
import { appCapabilities, capabilitySets } from './capability-sets.ts';
import type { OciProcess } from './runtime-config-types.ts';

/** A process in a pod: the app itself, or a command that enters it. */
export interface ProcessOrder {
  readonly argv: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly credentials: Credentials;
  /** Octal text. */
  readonly umask: string;
  readonly isolators: readonly ManifestIsolator[];
  readonly terminal: boolean;
  readonly oomScoreAdj: number | undefined;
  /** All capabilities, as `--insecure-options=capabilities` asks for. */
  readonly allCapabilities: boolean;
}

/**
 * The process section for an app and for every command that enters it: so both have the same restrictions.
 *
 * @throws RktFailure for isolators that cannot be had
 */
export function ociProcess(order: ProcessOrder): OciProcess {
  const { credentials, isolators, oomScoreAdj } = order;
  const { uid, gid, groups } = credentials;
  const capabilities = order.allCapabilities
    ? { names: [...ALL_CAPABILITIES].sort(), isRetained: false }
    : appCapabilities(isolators);
  return {
    terminal: order.terminal,
    user: {
      ...{ uid, gid, umask: parseInt(order.umask, 8) },
      additionalGids: groups.filter((group) => group !== gid),
    },
    args: order.argv,
    env: order.env,
    cwd: order.cwd,
    capabilities: capabilitySets(capabilities, uid),
    noNewPrivileges: isolators.find(({ name }) => name === 'os/linux/no-new-privileges')?.value !== false,
    ...(oomScoreAdj === undefined ? {} : { oomScoreAdj }),
  };
}
