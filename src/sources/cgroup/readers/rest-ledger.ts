import { NOT_RESTING, usageOf, type OpenCgroup, type Usage } from './open-cgroup.ts';

/** Reads in a row without a change after which a cgroup rests. */
const READS_UNTIL_REST = 3;

/**
 * Which cgroups below a parent move, and what the rest has used: the parent less the moving ones.
 *
 * The rest is known exactly once every resting cgroup was found unchanged by a read before and a read after the moment
 * of the check. From then on it only changes by cgroups that begin to move, which take their last value out of it, and
 * by those that come to rest, which add theirs.
 */
export class RestLedger {
  readonly moving = new Set<OpenCgroup>();
  #resting = 0;
  #known: Usage | undefined;
  /** The rest of a check that is not confirmed yet by a read of every resting cgroup. */
  #checked: Usage | undefined;
  #checks = 0;
  #unconfirmed = 0;

  get size(): number {
    return this.moving.size + this.#resting;
  }

  isResting(cgroup: OpenCgroup): boolean {
    return cgroup.restsSince !== NOT_RESTING;
  }

  /** Compares the rest of a check; if it is not the known one, it becomes known when the reads confirm it. */
  isUnchanged(rest: Usage, toleranceNs: number): boolean {
    const known = this.#known;
    if (known?.memoryBytes === rest.memoryBytes && Math.abs(known.cpuNs - rest.cpuNs) <= toleranceNs) {
      this.#checked = undefined;
      return true;
    }
    if (this.#checked === undefined) {
      this.#checked = rest;
      this.#checks += 1;
      this.#unconfirmed = this.#resting;
    }
    return false;
  }

  /** A cgroup was read. A new one moves at first, if few others do: its whole usage is then outside of the rest. */
  note(
    cgroup: OpenCgroup,
    before: Usage,
    now: Usage,
    { isComplete, maxMoving }: { readonly isComplete: boolean; readonly maxMoving: number },
  ): void {
    const hasMoved = now.cpuNs !== before.cpuNs || now.memoryBytes !== before.memoryBytes;
    if (this.isResting(cgroup)) {
      if (hasMoved) this.#begin(cgroup, before);
      else if (isComplete) this.#confirm(cgroup);
    } else if (this.moving.has(cgroup)) {
      if (hasMoved) cgroup.stillReads = 0;
      else if (isComplete) this.#countStill(cgroup, now);
    } else if (isComplete) {
      cgroup.stillReads = 0;
      if (this.moving.size < maxMoving) this.moving.add(cgroup);
      else {
        this.#rest(cgroup);
      }
    }
  }

  leave(cgroup: OpenCgroup): void {
    // What it has used stays with the parent. If it has moved since it was read, the next check finds another rest.
    if (this.moving.delete(cgroup)) this.#known &&= plus(this.#known, usageOf(cgroup.row));
    this.#disturb(cgroup);
    // Whether the others confirm the last check cannot be known any more.
    this.#checked = undefined;
  }

  #begin(cgroup: OpenCgroup, before: Usage): void {
    this.#disturb(cgroup);
    this.moving.add(cgroup);
    cgroup.stillReads = 0;
    this.#known &&= minus(this.#known, before);
    // Whether it moved before or after the moment of the check is unknown.
    this.#checked = undefined;
  }

  #countStill(cgroup: OpenCgroup, now: Usage): void {
    cgroup.stillReads += 1;
    if (cgroup.stillReads < READS_UNTIL_REST) return;
    this.moving.delete(cgroup);
    this.#rest(cgroup);
    this.#known &&= plus(this.#known, now);
  }

  #rest(cgroup: OpenCgroup): void {
    cgroup.restsSince = this.#checks;
    this.#resting += 1;
    this.#checked = undefined;
  }

  #disturb(cgroup: OpenCgroup): void {
    if (!this.isResting(cgroup)) return;
    cgroup.restsSince = NOT_RESTING;
    this.#resting -= 1;
  }

  #confirm(cgroup: OpenCgroup): void {
    if (this.#checked === undefined || cgroup.restsSince === this.#checks) return;
    cgroup.restsSince = this.#checks;
    this.#unconfirmed -= 1;
    if (this.#unconfirmed > 0) return;
    this.#known = this.#checked;
    this.#checked = undefined;
  }
}

function minus(one: Usage, other: Usage): Usage {
  return { cpuNs: one.cpuNs - other.cpuNs, memoryBytes: one.memoryBytes - other.memoryBytes };
}

function plus(one: Usage, other: Usage): Usage {
  return { cpuNs: one.cpuNs + other.cpuNs, memoryBytes: one.memoryBytes + other.memoryBytes };
}
