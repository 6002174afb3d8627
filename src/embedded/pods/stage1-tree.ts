import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import type { RktContext } from '../embedded-context.ts';
import { ENTRY_POINTS, type Stage1 } from '../stage1/stage1-contract.ts';
import { APPC_VERSION, EMBEDDED_RKT_VERSION } from '../../model/embedded-rkt-version.ts';

const INTERFACE_VERSION = '5';

/** A stage1 of the embedded rkt: a few shell scripts in the shape of a rendered stage1 image. */
export interface Stage1Tree {
  /** `deps-sha512-…`, the name of its directory in the tree store. */
  readonly id: string;
  /** Image manifest, JSON. */
  readonly manifest: string;
}

function manifestText(name: string): string {
  return JSON.stringify({
    acKind: 'ImageManifest',
    acVersion: APPC_VERSION,
    name,
    labels: [
      { name: 'version', value: EMBEDDED_RKT_VERSION },
      { name: 'os', value: 'linux' },
      { name: 'arch', value: process.arch === 'arm64' ? 'aarch64' : 'amd64' },
    ],
    annotations: [
      ...ENTRY_POINTS.map((point) => ({ name: `coreos.com/rkt/stage1/${point}`, value: `/${point}` })),
      { name: 'coreos.com/rkt/stage1/interface-version', value: INTERFACE_VERSION },
    ],
  });
}

/** Puts a stage1 into the tree store, once per version of its content. */
export function ensureStage1(ctx: RktContext, stage1: Stage1): Stage1Tree {
  const manifest = manifestText(stage1.name);
  const textOf = (file: string) => readFileSync(new URL(`../stage1/${file}`, import.meta.url));
  const scripts = [
    ...ENTRY_POINTS.map((name) => ({ name, text: textOf(stage1.entryFiles[name]) })),
    ...stage1.helpers.map((name) => ({ name, text: textOf(name) })),
  ];
  const hash = createHash('sha512').update(manifest);
  for (const { text } of scripts) hash.update(text);
  const id = `deps-sha512-${hash.digest('hex').slice(0, 64)}`;
  const trees = join(ctx.dir, 'cas/tree');
  if (!existsSync(join(trees, id))) {
    mkdirSync(trees, { recursive: true, mode: 0o750 });
    const made = mkdtempSync(join(trees, 'tmp-'));
    mkdirSync(join(made, 'rootfs'));
    for (const dir of ['rkt/env', 'rkt/status', 'opt/stage2', 'etc'])
      mkdirSync(join(made, 'rootfs', dir), { recursive: true });
    for (const { name, text } of scripts) writeFileSync(join(made, 'rootfs', name), text, { mode: 0o755 });
    symlinkSync(stage1.flavor, join(made, 'rootfs/flavor'));
    writeFileSync(join(made, 'manifest'), manifest);
    writeFileSync(join(made, 'rendered'), '');
    moveInto(made, join(trees, id));
  }
  return { id, manifest };
}

/** Somebody else may have been faster with the same content. */
function moveInto(made: string, target: string): void {
  try {
    renameSync(made, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(made, { recursive: true });
  }
}
