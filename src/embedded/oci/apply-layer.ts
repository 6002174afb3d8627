import { shortened } from '../aci/meter.ts';
import { isPortableXattr } from '../aci/xattrs.ts';
import { RktFailure } from '../embedded-context.ts';
import type { ImageTree, Inode, TreeNode } from './image-tree.ts';
import { childOf } from './image-tree.ts';
import type { LayerEntry } from './layer-entries.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** Bookkeeping of aufs, such as `.wh..wh.plnk`: no files of the image. */
const AUFS = '.wh..wh.';

/**
 * Lays the members of a layer over what is in the tree, in their order, as container engines do.
 *
 * @param layer its number, from 0
 * @throws RktFailure for what no engine would unpack
 */
export function applyLayer(tree: ImageTree, layer: number, entries: Iterable<LayerEntry>): void {
  for (const entry of entries) {
    const path = pathInside(entry.name, 'name');
    if (path.some((part, at) => part.startsWith(AUFS) && !(part === OPAQUE && at === path.length - 1)))
      continue;
    const name = path.at(-1);
    if (name === undefined) applyRoot(tree, layer, entry);
    else if (name === OPAQUE) clear(tree, layer, path.slice(0, -1));
    else if (name.startsWith(WHITEOUT)) whiteOut(tree, layer, path, name.slice(WHITEOUT.length));
    else place(tree, layer, { path, name, entry });
  }
}

/** Components of a name. @throws RktFailure when it leads out of the root */
function pathInside(name: string, what: string): readonly string[] {
  const path: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..' && path.pop() === undefined)
      throw new RktFailure(`a ${what} in a layer leads out of the image: ${shortened(name)}`);
    if (part !== '' && part !== '.' && part !== '..') path.push(part);
  }
  return path;
}

function applyRoot(tree: ImageTree, layer: number, { header, name }: LayerEntry): void {
  if (header.type !== 'directory')
    throw new RktFailure(`a layer has something else than a directory for the root: ${shortened(name)}`);
  tree.root.inode = inodeOf({ header, name }, 'directory');
  tree.root.layer = layer;
}

function whiteOut(tree: ImageTree, layer: number, path: readonly string[], name: string): void {
  if (name === '' || name === '.' || name === '..')
    throw new RktFailure(`a layer has a whiteout of no file: ${shortened(path.join('/'))}`);
  const parent = tree.walk(path.slice(0, -1))?.at(-1);
  const node = childOf(parent, name);
  if (node === undefined) return;
  if (node.layer !== layer) parent?.children?.delete(name);
  else removeLower(node, layer);
}

function clear(tree: ImageTree, layer: number, path: readonly string[]): void {
  const directory = tree.walk(path)?.at(-1);
  if (directory !== undefined) removeLower(directory, layer);
}

/** Removes what lower layers have put below a directory; what this one has put there stays. */
function removeLower(directory: TreeNode, layer: number): void {
  const pending = [directory];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const [name, child] of node.children ?? []) {
      if (child.layer === layer) pending.push(child);
      else node.children?.delete(name);
    }
  }
}

interface Member {
  /** From the root; `name` is its last part. */
  readonly path: readonly string[];
  readonly name: string;
  readonly entry: LayerEntry;
}

function place(tree: ImageTree, layer: number, { path, name, entry }: Member): void {
  const way = tree.walk(path.slice(0, -1), layer) ?? [];
  for (const node of way) node.layer = layer;
  const parent = way.at(-1);
  const { type } = entry.header;
  const old = childOf(parent, name);
  if (type === 'directory' && old?.children !== undefined) {
    old.inode = inodeOf(entry, type);
    old.layer = layer;
    return;
  }
  const inode = type === 'link' ? linked(tree, path, entry) : inodeOf(entry, type);
  tree.put(parent, name, inode, layer);
}

/** The file that a hard link is another name of. */
function linked(tree: ImageTree, path: readonly string[], { header }: LayerEntry): Inode {
  const target = pathInside(header.linkname, 'hard link');
  const inode = tree.find(target)?.inode;
  if (inode === undefined || inode.type === 'directory')
    throw new RktFailure(
      `hard link to ${inode === undefined ? 'nothing' : 'a directory'}: ${shortened(path.join('/'))} -> ${shortened(header.linkname)}`,
    );
  return inode;
}

function inodeOf({ header, content }: LayerEntry, type: Inode['type']): Inode {
  const { mode, uid, gid, mtimeMs, linkname, major, minor } = header;
  const xattrs = [...(header.xattrs ?? [])].filter(([name]) => isPortableXattr(name));
  return {
    ...{ type, mode, uid, gid, mtimeMs, linkname, major, minor },
    ...(content === undefined ? {} : { content }),
    ...(xattrs.length === 0 ? {} : { xattrs: new Map(xattrs) }),
  };
}
