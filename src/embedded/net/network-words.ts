import { fileURLToPath } from 'node:url';

import type { RktContext } from '../embedded-context.ts';
import { netListText, type NetList } from './net-list.ts';

const MAIN = fileURLToPath(new URL('../../programs/rkt.js', import.meta.url));

/** The command that attaches a pod's namespace, mounted at {@link PIN}, to its networks; for a launch script. */
export function attachWords(
  ctx: RktContext,
  uuid: string,
  order: { readonly list: NetList; readonly ignoreDns: boolean },
): readonly string[] {
  const dns = order.ignoreDns ? ['--ignore-dns'] : [];
  return [...rktWords(ctx), 'net-attach', `--net=${netListText(order.list)}`, ...dns, uuid];
}

/** The command that detaches the pod again; it needs nothing of its environment. */
export function detachWords(ctx: RktContext, uuid: string): readonly string[] {
  return [...rktWords(ctx), 'net-detach', uuid];
}

function rktWords(ctx: RktContext): readonly string[] {
  return [
    process.execPath,
    MAIN,
    `--dir=${ctx.dir}`,
    `--local-config=${ctx.localConfigDir}`,
    ...(ctx.debug ? ['--debug'] : []),
  ];
}
