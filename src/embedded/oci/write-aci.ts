import type { TarWriter } from '../aci/tar-writer.ts';
import type { ImageTree, Inode, TreeNode } from './image-tree.ts';
import type { FileContent } from './layer-entries.ts';

const NO_FACTS = { uid: 0, gid: 0, mtimeMs: 0, linkname: '', major: 0, minor: 0 } as const;

/**
 * Writes an ACI: the manifest, and then all files of a tree, each directory before what is in it, sorted by name.
 *
 * @returns the sha512 of its bytes
 */
export function writeAci(writer: TarWriter, manifest: string, tree: ImageTree): string {
  const text = Buffer.from(manifest);
  writer.header({ ...NO_FACTS, name: 'manifest', type: 'file', mode: 0o644, size: text.length });
  writer.bytes(text);
  writer.pad(text.length);
  const names = new Map<Inode, string>();
  const pending: (readonly [string, TreeNode])[] = [['rootfs', tree.root]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, node] = next;
    writeNode(writer, path, node.inode, names);
    const children = [...(node.children ?? [])].sort(([a], [b]) => (a < b ? 1 : -1));
    for (const [name, child] of children) pending.push([`${path}/${name}`, child]);
  }
  return writer.finish();
}

function writeNode(writer: TarWriter, name: string, inode: Inode, names: Map<Inode, string>): void {
  const first = names.get(inode);
  if (first !== undefined) {
    writer.header({ ...inode, xattrs: new Map(), name, type: 'link', linkname: first, size: 0 });
    return;
  }
  if (inode.type !== 'directory') names.set(inode, name);
  writer.header({ ...inode, name, linkname: inode.linkname, size: inode.content?.size ?? 0 });
  if (inode.content !== undefined) writeContent(writer, inode.content);
}

function writeContent(writer: TarWriter, { fd, position, size, segments }: FileContent): void {
  let at = 0;
  let from = position;
  for (const { offset, bytes } of segments ?? [{ offset: 0, bytes: size }]) {
    writer.zeros(offset - at);
    writer.copy(fd, from, bytes);
    at = offset + bytes;
    from += bytes;
  }
  writer.zeros(size - at);
  writer.pad(size);
}
