import { randomInt } from 'node:crypto';

/** The users of a pod: its uid and gid 0 are `shift` on the host, and it has `count` of them. */
export interface UidRange {
  readonly shift: number;
  readonly count: number;
}

/** As many as rkt gives a pod. */
const COUNT = 0x10000;
/** The highest bit stays clear: file systems like devpts parse ids as signed numbers. */
const RANGES = 0x7fff;

/** A range of a pod of its own, as rkt chooses it: by chance among 32767. */
export function randomUidRange(): UidRange {
  return { shift: randomInt(1, RANGES + 1) * COUNT, count: COUNT };
}

/** `SHIFT:COUNT`, as rkt writes it. */
export const uidRangeText = ({ shift, count }: UidRange): string => `${shift}:${count}`;

/** Undefined for a text that is no range. */
export function parseUidRange(text: string): UidRange | undefined {
  const [, shift, count] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return shift === undefined || count === undefined
    ? undefined
    : { shift: Number(shift), count: Number(count) };
}
