import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { PortMapping } from './attachment-record.ts';
import { RUNTIME_DIR } from './runtime-dir.ts';

/** A pod that has ports of the host. */
export interface PortClaim {
  /** Where the pod was when it claimed them: `DATA/pods/run/UUID`. */
  readonly podDir: string;
  readonly ports: readonly PortMapping[];
}

/** A port that a pod wants and another one has. */
export interface PortConflict {
  readonly wanted: PortMapping;
  readonly owner: PortClaim;
}

/** Claims are of one network namespace: another one has ports of its own. */
function claimsDir(): string {
  return join(RUNTIME_DIR, 'ports', String(statSync('/proc/self/ns/net').ino));
}

/** The first wanted port that another pod has; to be called under the network lock. */
export function findConflict(podDir: string, wanted: readonly PortMapping[]): PortConflict | undefined {
  for (const owner of readClaims()) {
    if (basename(owner.podDir) === basename(podDir)) continue;
    const port = wanted.find((mapping) => owner.ports.some((taken) => overlap(mapping, taken)));
    if (port !== undefined) return { wanted: port, owner };
  }
  return undefined;
}

/** Notes the ports of a pod; under the network lock. */
export function claimPorts(claim: PortClaim): void {
  const dir = claimsDir();
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, basename(claim.podDir)), JSON.stringify(claim));
}

/** Gives the ports of a pod back, if it has any. */
export function releasePorts(uuid: string): void {
  rmSync(join(claimsDir(), uuid), { force: true });
}

/** Two mappings that one packet could mean. */
export function overlap(a: PortMapping, b: PortMapping): boolean {
  if (a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false;
  const [first, second] = [anyAddress(a.hostIP), anyAddress(b.hostIP)];
  return first === undefined || second === undefined || first === second;
}

function anyAddress(ip: string | undefined): string | undefined {
  return ip === undefined || ['', '0.0.0.0', '::'].includes(ip) ? undefined : ip;
}

function readClaims(): readonly PortClaim[] {
  const dir = claimsDir();
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(dir, name), 'utf8')) as PortClaim];
    } catch {
      // Of a helper that was killed while it wrote: its pod has no rules yet.
      return [];
    }
  });
}
