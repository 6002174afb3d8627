import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

import { RktError } from '../../model/rkt-error.ts';
import type { RktRunner } from '../../rkt/command-runner.ts';

/** Where an image is to come from. */
export interface ImageSource {
  /** As the user wrote it. */
  readonly shown: string;
  /** As rkt takes it: rkt may run elsewhere, so paths are absolute. */
  readonly argument: string;
  /** The checks of rkt that cannot be made of such an image. */
  readonly insecureOptions: readonly string[];
  /** @throws RKT_ERR_RKT_UNSUPPORTED when this rkt cannot take it */
  check(runner: RktRunner): void;
}

const ARCHIVE = /^(oci|docker-archive|archive):(?!\/\/)(.+)$/s;

/** Reads an image argument of `image pull`: any reference that rkt takes. */
export function imageSource(text: string, cwd: string): ImageSource {
  const [, kind, rest] = ARCHIVE.exec(text) ?? [];
  if (kind !== undefined && rest !== undefined) return archive(text, `${kind}:${resolve(cwd, rest)}`);
  const path = resolve(cwd, text);
  const isPath = /^\.{0,2}\//.test(text) || (/\.(aci|tar)$/.test(text) && existsSync(path));
  if (isPath && !text.endsWith('.aci')) return archive(text, `archive:${path}`);
  const hasNoSignature = isPath || text.startsWith('docker://');
  return {
    shown: text,
    argument: isPath ? path : text,
    insecureOptions: hasNoSignature ? ['image'] : [],
    check: () => undefined,
  };
}

/** The source of `image import`: a file or directory. @throws RKT_ERR_IMAGE when it is neither */
export function fileSource(text: string, cwd: string, reference?: string): ImageSource {
  const path = resolve(cwd, text);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new RktError('RKT_ERR_IMAGE', `${path}: no such file or directory`);
  const isAci = stat.isFile() && path.endsWith('.aci');
  if (!isAci) return archive(text, `archive:${path}${reference === undefined ? '' : `:${reference}`}`);
  if (reference !== undefined)
    throw new RktError('RKT_ERR_OPTIONS', `--ref: ${text} is an ACI, which holds one image`);
  return { shown: text, argument: path, insecureOptions: ['image'], check: () => undefined };
}

function archive(shown: string, argument: string): ImageSource {
  return {
    shown,
    argument,
    insecureOptions: ['image'],
    check({ binary }) {
      if (binary.runtime === 'embedded') return;
      const rkt = binary.command[0] ?? 'rkt';
      throw new RktError(
        'RKT_ERR_RKT_UNSUPPORTED',
        `${rkt} takes no archives of docker or OCI, which ${shown} is`,
      );
    },
  };
}
