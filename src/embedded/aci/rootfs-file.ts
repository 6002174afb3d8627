/** One file of an image's rootfs. */
export interface RootfsFile {
  /** Relative to the rootfs, without a leading slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo';
  /** Default 0755 for directories and 0644 for files. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Time of the last change, ms since the epoch; of files that were found with their owners. */
  readonly mtimeMs?: number;
  /** Content of a regular file, or the host file it is read from. */
  readonly content?: string | Buffer;
  readonly source?: string;
  /** Target of a symlink as it is; of a hard link the path in the rootfs. */
  readonly linkname?: string;
  readonly major?: number;
  readonly minor?: number;
}
