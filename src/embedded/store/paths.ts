import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { sweepPulls } from './sweep-pulls.ts';
import { sweepTemporary } from './temporary.ts';

/** Where the image store keeps things; the layout of rkt, but for the database. */
export interface StorePaths {
  readonly tmp: string;
  readonly db: string;
  readonly trees: string;
  /** Directories that those who render a tree lock. */
  readonly treeLocks: string;
  /** Blobs of docker images that are being fetched. */
  readonly pulls: string;
  blob(id: string): string;
  manifest(id: string): string;
  record(id: string): string;
}

const DIRS = ['blob', 'db/embedded', 'imageManifest', 'imagelocks', 'tmp', 'tree', 'treestorelocks'];

/** The paths of the store; makes its directories (mode 0770), and removes what killed commands left in it. */
export function storePaths(ctx: Pick<RktContext, 'dir'>): StorePaths {
  const cas = join(ctx.dir, 'cas');
  const object = (kind: string, id: string): string => join(cas, kind, 'sha512', id.slice(7, 9), id);
  try {
    for (const dir of DIRS) mkdirSync(join(cas, dir), { recursive: true, mode: 0o770 });
  } catch (error) {
    throw new RktFailure('cannot open store', [systemErrorText('mkdir', cas, error)]);
  }
  sweepTemporary(join(cas, 'tmp'));
  sweepPulls(join(cas, 'pull'));
  return {
    tmp: join(cas, 'tmp'),
    db: join(cas, 'db/embedded'),
    trees: join(cas, 'tree'),
    treeLocks: join(cas, 'treestorelocks'),
    pulls: join(cas, 'pull'),
    blob: (id) => object('blob', id),
    manifest: (id) => object('imageManifest', id),
    record: (id) => join(cas, 'db/embedded', `${id}.json`),
  };
}
