import { spawnSync } from 'node:child_process';
import { RktFailure } from '../embedded-context.ts';
import { shortened } from './meter.ts';

/** Extended attributes of one file. */
interface Attribute {
  readonly place: string;
  readonly shown: string;
  readonly name: string;
  readonly value: Buffer;
}

/** Far more than a usual image has, far less than the memory of a machine. */
const MAX_BATCH_BYTES = 1024 * 1024;
/** The number of lsetxattr(2), by Node's words for processors. */
export const LSETXATTR: Readonly<Record<string, number>> = {
  x64: 189,
  ia32: 227,
  arm64: 6,
  arm: 227,
  ppc64: 210,
  s390x: 225,
};
/** Labels belong to the policy of a host, and overlay's to a mount: from a stranger they could redirect files. */
const FOREIGN = /^(security\.selinux$|system\.nfs4_acl$|(trusted|user)\.overlay\.)/;

/** Reads records of path, name and value, each with its length in front; prints the number and the error of those refused. */
const SET_ALL = `
binmode STDIN;
my $call = 0 + shift;
sub field {
  my $length = '';
  read(STDIN, $length, 4) == 4 or exit 0;
  my $text = '';
  my $bytes = unpack 'N', $length;
  $bytes == 0 or read(STDIN, $text, $bytes) == $bytes or die 'cut off';
  $text;
}
for (my $i = 0; ; $i++) {
  my $path = field(); my $name = field(); my $value = field();
  syscall($call, $path, $name, $value, length $value, 0) == 0 or print $i, ' ', 0 + $!, ' ', $!, "\\n";
}`;
const EPERM = 1;
const EOPNOTSUPP = 95;

/** True for an extended attribute that means the same on every machine. */
export function isPortableXattr(name: string): boolean {
  return !FOREIGN.test(name);
}

/**
 * Sets the extended attributes of an image's files, many with one process of perl: Node.js cannot.
 *
 * What this user may not set, or this file system does not hold, is left out with a warning.
 */
export class Xattrs {
  readonly #warn: (text: string) => void;
  readonly #pending = new Map<string, readonly Attribute[]>();
  readonly #warned = new Set<string>();
  #bytes = 0;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** To be called for each file that is laid out, after its owner was set: another file may have been there. */
  put(place: string, shown: string, xattrs: ReadonlyMap<string, Buffer> | undefined): void {
    this.#pending.delete(place);
    const kept = [...(xattrs ?? [])].filter(([name]) => isPortableXattr(name));
    if (kept.length === 0) return;
    this.#pending.set(
      place,
      kept.map(([name, value]) => ({ place, shown, name, value })),
    );
    for (const [name, value] of kept) this.#bytes += place.length + name.length + value.length;
    if (this.#bytes > MAX_BATCH_BYTES) this.set();
  }

  /** Sets all that was put. @throws RktFailure naming the first that cannot be set */
  set(): void {
    const all = [...this.#pending.values()].flat();
    this.#pending.clear();
    this.#bytes = 0;
    if (all.length === 0) return;
    const call = LSETXATTR[process.arch];
    const input = Buffer.concat(all.flatMap(({ place, name, value }) => [place, name, value].flatMap(field)));
    const { error, status, stdout, stderr } = spawnSync('perl', ['-e', SET_ALL, String(call)], { input });
    if (call === undefined || error !== undefined) {
      this.#leftOut('perl', `extended attributes of files left out: perl is needed to set them`);
      return;
    }
    if (status !== 0) throw new RktFailure(`cannot set extended attributes: ${stderr.toString().trim()}`);
    for (const line of stdout.toString().trim().split('\n')) this.#refused(all, line);
  }

  #refused(all: readonly Attribute[], line: string): void {
    const [index = '', code = '', ...why] = line.split(' ');
    const attribute = index === '' ? undefined : all[Number(index)];
    if (attribute === undefined) return;
    const { name, shown } = attribute;
    const found = `extended attribute ${shortened(name)} of ${shortened(shown)}`;
    if (Number(code) === EPERM || Number(code) === EOPNOTSUPP)
      this.#leftOut(`${name} ${code}`, `${found} left out: ${why.join(' ').toLowerCase()}`);
    else throw new RktFailure(`cannot set the ${found}: ${why.join(' ').toLowerCase()}`);
  }

  #leftOut(kind: string, text: string): void {
    if (!this.#warned.has(kind)) this.#warn(text);
    this.#warned.add(kind);
  }
}

/** A text with its length in front, as the scripts read it. */
export function field(part: string | Buffer): readonly Buffer[] {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
