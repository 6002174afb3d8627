import { dirname } from 'node:path';

import { ROW_LENGTH } from './cgroup-row.ts';
import type { FileReader } from './file-reader.ts';
import { newOpenCgroup, type OpenCgroup } from './open-cgroup.ts';
import { ParentGate } from './parent-gate.ts';

/** The gates of a reader, one per parent. */
export class ParentGates {
  readonly #gates = new Map<string, { readonly gate: ParentGate; cgroups: number }>();
  readonly #files: FileReader;
  readonly #isRoot: (directory: string) => boolean;

  /** @param isRoot whether a directory is the root of a hierarchy: what moves there is the whole machine */
  constructor(files: FileReader, isRoot: (directory: string) => boolean) {
    this.#files = files;
    this.#isRoot = isRoot;
  }

  /** Adds a cgroup to the gate of its parent; undefined when it cannot have one. */
  join({ paths, layout }: OpenCgroup): ParentGate | undefined {
    const { motion } = layout;
    if (motion === undefined) return undefined;
    const parents = paths.map((path) => dirname(path));
    if ([motion.cpu, motion.memory].some(({ directory }) => this.#isRoot(parents[directory] ?? ''))) {
      return undefined;
    }
    const key = parents.join('\n');
    const present = this.#gates.get(key);
    if (present !== undefined) {
      present.cgroups += 1;
      return present.gate;
    }
    const row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
    const gate = new ParentGate(newOpenCgroup(parents, layout, row), motion, this.#files);
    this.#gates.set(key, { gate, cgroups: 1 });
    return gate;
  }

  /** Removes a cgroup from the gate of its parent, whose files are closed after the last one. */
  leave(cgroup: OpenCgroup): void {
    const key = cgroup.paths.map((path) => dirname(path)).join('\n');
    const found = this.#gates.get(key);
    if (found === undefined || cgroup.parentGate !== found.gate) return;
    found.gate.leave(cgroup);
    found.cgroups -= 1;
    if (found.cgroups > 0) return;
    this.#gates.delete(key);
    this.#files.release(found.gate.parent);
  }
}
