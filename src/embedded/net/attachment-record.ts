import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import type { PluginConfig } from './network-config.ts';

/** A port of the host that leads into the pod, as the capability `portMappings` of CNI has it. */
export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
  readonly hostIP?: string;
}

/** A plugin of an attachment, as it was called. */
export interface AttachedPlugin {
  readonly path: string;
  readonly config: PluginConfig;
}

/** A network that the pod is attached to, or is being attached to. */
export interface Attachment {
  readonly netName: string;
  readonly ifName: string;
  readonly args: string;
  /** The copy of its definition, relative to the pod's directory. */
  readonly netConf: string;
  readonly cniVersion: string;
  readonly plugins: readonly AttachedPlugin[];
  /** What the last plugin answered; undefined until then. */
  readonly result?: Readonly<Record<string, unknown>>;
}

/** All that has to be undone when the pod ends. */
export interface AttachmentRecord {
  /** Of the boot it was written in: addresses of an earlier one can be another pod's by now. */
  readonly bootId: string;
  readonly attachments: readonly Attachment[];
  readonly ports: readonly PortMapping[];
}

/** Where the pod keeps copies of the definitions, relative to its directory. */
export const NETWORK_DIR = 'net';

const FILE = 'net-attached.json';

/** What a pod is attached to; undefined for nothing. @throws RktFailure for a record that cannot be read */
export function readRecord(podDir: string): AttachmentRecord | undefined {
  const path = join(podDir, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as AttachmentRecord;
  } catch {
    throw new RktFailure(`${path} is broken: remove the pod's leases and rules by hand, and then the file`);
  }
}

/** Written before a plugin is called, so that everything it creates can be found again. */
export function writeRecord(podDir: string, record: AttachmentRecord): void {
  const path = join(podDir, FILE);
  writeFileSync(`${path}.tmp`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

export function removeRecord(podDir: string): void {
  rmSync(join(podDir, FILE), { force: true });
}
