import { readFileSync } from 'node:fs';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { commandLine, hostTool, runShell } from './shell.ts';

/** How pods run: with the rights to mount and chroot, or as the root of a user namespace of their own. */
export type Privileges = 'root' | 'user-namespace';

/** CAP_SYS_CHROOT (18) and CAP_SYS_ADMIN (21); without them even uid 0 cannot mount. */
const NEEDED = (1n << 18n) | (1n << 21n);

/** What this process may do. */
export function privilegesOf(ctx: RktContext): Privileges {
  if (ctx.uid !== 0) return 'user-namespace';
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${effective ?? '0'}`) & NEEDED) === NEEDED ? 'root' : 'user-namespace';
}

/** Host command that starts the rest of its words in namespaces of its own. */
export function namespaceWords(ctx: RktContext, privileges: Privileges): readonly string[] {
  const words = [hostTool(ctx.env, 'unshare'), '--mount', '--propagation', 'private'];
  return privileges === 'root' ? words : [...words, '--user', '--map-root-user'];
}

/**
 * Makes sure that pods can run at all without root.
 *
 * @throws RktFailure that begins as rkt's own does and says what is missing
 */
export function requireNamespaces(ctx: RktContext): Privileges {
  const privileges = privilegesOf(ctx);
  if (privileges === 'root') return privileges;
  const { exitCode, stderr } = runShell(`${commandLine(...namespaceWords(ctx, privileges))} true`);
  if (exitCode === 0) return privileges;
  throw new RktFailure(
    `cannot run as unprivileged user: the kernel refuses a user namespace (${stderr}); ` +
      'run as root with CAP_SYS_ADMIN, or allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)',
  );
}
