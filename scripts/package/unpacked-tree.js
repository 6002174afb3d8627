// The files of a single-file executable on disk: in a directory of the user alone, and verified once per boot.
import { createHash, randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** Loads the program that `process.argv` names. */
export const ENTRY = 'single-file.cjs';
/** The embedded rkt finds its Node.js here. */
const NODE = 'bin/node';
/** Holds the id of the boot in which all files were verified: a crash of the machine may leave files incomplete. */
const VERIFIED = '.verified';

/** @throws Error without a home */
export function cacheDirectory({ RKT_STREAMS_CACHE_DIR: chosen, XDG_CACHE_HOME: cache, HOME: home }, uid) {
  if (chosen !== undefined && chosen !== '') {
    if (isAbsolute(chosen)) return chosen;
    throw new Error(`RKT_STREAMS_CACHE_DIR is not an absolute path: ${JSON.stringify(chosen)}`);
  }
  if (uid === 0) return '/var/cache/rkt-streams';
  if (cache !== undefined && isAbsolute(cache)) return join(cache, 'rkt-streams');
  if (home !== undefined && isAbsolute(home)) return join(home, '.cache/rkt-streams');
  throw new Error('There is no directory to unpack files into. Set HOME or RKT_STREAMS_CACHE_DIR.');
}

/**
 * The directory with the files. Any number of processes may unpack at the same time: each file is replaced at once, and only by
 * the same content.
 *
 * @param digest the hash of the list of files, which names their directory
 * @param files returns the list: path, mode, and the SHA-256 of the content in hexadecimal
 * @param executable is linked to as the Node.js of the tree
 * @throws Error when others can change the files, or they cannot be written
 */
export function unpackedTree({ directory, digest, files, contentOf, executable }) {
  const tree = join(directory, digest);
  try {
    mkdirSync(tree, { recursive: true, mode: 0o700 });
    for (const path of [directory, tree]) checkPrivate(path);
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    if (textOf(join(tree, VERIFIED)) !== boot) {
      for (const file of files()) ensureFile(tree, file, contentOf);
      replace(join(tree, VERIFIED), (path) => writeFileSync(path, boot, { mode: 0o600 }));
    }
    linkTo(executable, join(tree, NODE));
  } catch (error) {
    throw new Error(`The files in ${tree} cannot be used: ${error.message}`, { cause: error });
  }
  return tree;
}

function checkPrivate(path) {
  const { uid, mode } = lstatSync(path);
  if (uid === process.getuid() && (mode & 0o022) === 0) return;
  throw new Error(
    `${path} belongs to another user, or others can write to it. Remove it, or set RKT_STREAMS_CACHE_DIR.`,
  );
}

function ensureFile(tree, { path, mode, sha256 }, contentOf) {
  const file = join(tree, path);
  const found = bytesOf(file);
  if (found !== undefined && hashOf(found) === sha256) return;
  const content = contentOf(path);
  if (hashOf(content) !== sha256) throw new Error(`this executable is damaged: ${path} has another hash`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replace(file, (fresh) => writeFileSync(fresh, content, { mode }));
}

function linkTo(executable, path) {
  try {
    if (readlinkSync(path) === executable) return;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  replace(path, (fresh) => symlinkSync(executable, fresh));
}

function replace(path, make) {
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  make(fresh);
  renameSync(fresh, path);
}

export function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function bytesOf(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function textOf(path) {
  return bytesOf(path)?.toString();
}
