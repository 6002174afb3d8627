import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** All there is to say of each file of a tree, by its path: what two programs must agree on. */
export function treeFacts(root: string): Readonly<Record<string, string>> {
  const xattrs = extendedAttributes(root);
  const firstNames = new Map<string, string>();
  const found: Record<string, string> = {};
  const pending = ['.'];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const place = join(root, path);
    const stat = lstatSync(place, { bigint: true });
    const first = firstNames.get(String(stat.ino)) ?? path;
    firstNames.set(String(stat.ino), first);
    const facts = [
      stat.mode.toString(8),
      `${stat.uid}:${stat.gid}`,
      // a double holds no more digits of the time
      `mtime ${Number(stat.mtimeNs / 1_000_000n)}`,
      stat.isFile() ? `${stat.size} ${contentHash(place)}` : '',
      stat.isFile() ? `links ${stat.nlink} first ${first}` : '',
      stat.isSymbolicLink() ? readlinkSync(place) : '',
      stat.isBlockDevice() || stat.isCharacterDevice() ? `device ${stat.rdev}` : '',
      xattrs.get(path) ?? '',
    ];
    found[path] = facts.filter((fact) => fact !== '').join(' | ');
    if (!stat.isDirectory()) continue;
    for (const name of readdirSync(place).sort().reverse())
      pending.push(path === '.' ? name : `${path}/${name}`);
  }
  return found;
}

function contentHash(place: string): string {
  return createHash('sha256').update(readFileSync(place)).digest('hex').slice(0, 16);
}

function extendedAttributes(root: string): ReadonlyMap<string, string> {
  const output = execFileSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = output.split('\n\n').map((text) => text.trim().split('\n'));
  return new Map(
    files.map(([head = '', ...lines]) => [head.replace('# file: ', ''), lines.sort().join(' ')]),
  );
}
