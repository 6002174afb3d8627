import { spawnSync } from 'node:child_process';
import { RktFailure } from '../embedded-context.ts';
import { LSETXATTR, field as withLength, isPortableXattr } from './xattrs.ts';

const MAX_OUTPUT = 1024 * 1024 * 1024;

/**
 * Reads paths with their length in front; prints, for each path with attributes, its number, and name and value of each. The
 * numbers of lgetxattr(2) and llistxattr(2) follow that of lsetxattr(2) on all processors.
 */
const READ_ALL = `
binmode STDIN; binmode STDOUT;
my $set = 0 + shift;
for (my $i = 0; ; $i++) {
  my ($length, $path) = ('', '');
  read(STDIN, $length, 4) == 4 or exit 0;
  read(STDIN, $path, unpack 'N', $length);
  my $names = "\\0" x 65536;
  my $bytes = syscall($set + 6, $path, $names, 65536);
  next if $bytes <= 0;
  for my $name (split /\\0/, substr $names, 0, $bytes) {
    my $value = "\\0" x 65536;
    my $size = syscall($set + 3, $path, $name, $value, 65536);
    print pack('NN/aN/a', $i, $name, substr $value, 0, $size) if $size >= 0;
  }
}`;

/**
 * The extended attributes of files that mean the same on every machine, by path; files without any are left out. Node.js cannot
 * read them: perl does, all with one process.
 *
 * @throws RktFailure when perl is missing or fails
 */
export function readXattrs(paths: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, Buffer>> {
  const call = LSETXATTR[process.arch];
  const input = Buffer.concat(paths.flatMap(withLength));
  const { error, status, stdout, stderr } = spawnSync('perl', ['-e', READ_ALL, String(call)], {
    input,
    maxBuffer: MAX_OUTPUT,
  });
  if (call === undefined || error !== undefined)
    throw new RktFailure('cannot read the extended attributes of files', ['perl is needed for that']);
  if (status !== 0)
    throw new RktFailure('cannot read the extended attributes of files', [stderr.toString().trim()]);
  return parsed(stdout, paths);
}

function parsed(output: Buffer, paths: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, Buffer>> {
  const all = new Map<string, Map<string, Buffer>>();
  let at = 0;
  const number = (): number => output.readUInt32BE((at += 4) - 4);
  const field = (): Buffer => {
    const bytes = number();
    return Buffer.from(output.subarray(at, (at += bytes)));
  };
  while (at < output.length) {
    const path = paths[number()] ?? '';
    const [name, value] = [field().toString(), field()];
    if (!isPortableXattr(name)) continue;
    all.set(path, (all.get(path) ?? new Map<string, Buffer>()).set(name, value));
  }
  return all;
}
