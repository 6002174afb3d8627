import { shortened } from '../aci/meter.ts';
import type { MemberHeader } from '../aci/tar-assembler.ts';
import { RktFailure } from '../embedded-context.ts';
import type { FileContent } from './layer-entries.ts';

/** What a file is, whatever its names: several names of one are hard links. */
export interface Inode extends Pick<
  MemberHeader,
  'mode' | 'uid' | 'gid' | 'mtimeMs' | 'linkname' | 'major' | 'minor' | 'xattrs'
> {
  readonly type: Exclude<MemberHeader['type'], 'link'>;
  readonly content?: FileContent;
}

/** A name in the tree. */
export interface TreeNode {
  inode: Inode;
  /** The last layer that laid it, or something below it, out. */
  layer: number;
  /** Of directories alone. */
  children?: Map<string, TreeNode>;
}

const MAX_LINKS = 40;
/** What an entry takes in memory beside its texts, and what all may take together. */
const NODE_BYTES = 300;
const TREE_BYTES = 1024 * 1024 * 1024;
/** Of a directory that no layer lists. */
const PLAIN_DIRECTORY: Inode = {
  type: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeMs: 0,
  linkname: '',
  major: 0,
  minor: 0,
};

/** The files of an image while its layers are laid over one another, without their contents. */
export class ImageTree {
  readonly root: TreeNode = { inode: PLAIN_DIRECTORY, layer: -1, children: new Map() };
  #bytes = 0;

  /** Puts a file, or a directory without entries, into a directory; what was there under that name is gone. */
  put(directory: TreeNode | undefined, name: string, inode: Inode, layer: number): TreeNode {
    let bytes = NODE_BYTES + name.length + inode.linkname.length;
    for (const value of inode.xattrs?.values() ?? []) bytes += value.length;
    this.#bytes += bytes;
    if (this.#bytes > TREE_BYTES)
      throw new RktFailure('the list of the files of the image takes more than 1 GiB of memory');
    const children = inode.type === 'directory' ? { children: new Map<string, TreeNode>() } : {};
    const node: TreeNode = { inode, layer, ...children };
    directory?.children?.set(name, node);
    return node;
  }

  /**
   * The directories on the way to a path, the last included, as a process in a chroot would find them: symbolic links are
   * followed and cannot leave the root.
   *
   * @param make the layer for which missing directories are made; absent: undefined when one is missing
   * @throws RktFailure when something on the way is no directory, or there are too many links
   */
  walk(path: readonly string[], make?: number): readonly TreeNode[] | undefined {
    let nodes = [this.root];
    let links = 0;
    const todo = [...path];
    for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
      if (name === '..') {
        if (nodes.length > 1) nodes.pop();
        continue;
      }
      const next =
        childOf(nodes.at(-1), name) ??
        (make === undefined ? undefined : this.put(nodes.at(-1), name, PLAIN_DIRECTORY, make));
      if (next === undefined) return undefined;
      if (next.inode.type === 'symlink') {
        links += 1;
        if (links > MAX_LINKS)
          throw new RktFailure(
            `too many levels of symbolic links in the image: ${shortened(path.join('/'))}`,
          );
        const { linkname } = next.inode;
        if (linkname.startsWith('/')) nodes = [this.root];
        todo.unshift(...linkname.split('/').filter((part) => part !== '' && part !== '.'));
      } else if (next.children === undefined) {
        throw new RktFailure(`not a directory in the image: ${shortened(path.join('/'))}`);
      } else nodes.push(next);
    }
    return nodes;
  }

  /** The file at a path whose last name is not followed; undefined when there is none. @throws as {@link walk} */
  find(path: readonly string[]): TreeNode | undefined {
    const name = path.at(-1);
    return name === undefined ? this.root : childOf(this.walk(path.slice(0, -1))?.at(-1), name);
  }

  /** A regular file, its last name followed. @throws as {@link walk} */
  file(path: readonly string[]): FileContent | undefined {
    let node = this.find(path);
    let at = path;
    for (let links = 0; node?.inode.type === 'symlink' && links < MAX_LINKS; links += 1) {
      const target = node.inode.linkname.split('/').filter((part) => part !== '' && part !== '.');
      at = node.inode.linkname.startsWith('/') ? target : [...at.slice(0, -1), ...target];
      node = this.find(at);
    }
    return node?.inode.type === 'file' ? node.inode.content : undefined;
  }

  /** What all files take in an ACI, each counted once. */
  contentBytes(): number {
    const seen = new Set<Inode>();
    const pending = [this.root];
    let bytes = 0;
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.inode.content !== undefined && !seen.has(node.inode)) bytes += node.inode.content.size;
      seen.add(node.inode);
      for (const child of node.children?.values() ?? []) pending.push(child);
    }
    return bytes;
  }
}

export function childOf(node: TreeNode | undefined, name: string): TreeNode | undefined {
  return node?.children?.get(name);
}
