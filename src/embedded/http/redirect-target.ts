import { printable } from '../../model/printable.ts';

/** Where clouds keep the credentials of a machine, and what else answers on its own link alone. */
const LINK_LOCAL = /^(169\.254\.|\[fe[89ab][0-9a-f]:|\[::ffff:a9fe:|metadata\.google\.internal$)/;
const LOOPBACK = /^(localhost$|.+\.localhost$|127\.|0\.0\.0\.0$|\[::1?\]$|\[::ffff:7f)/;

/**
 * The absolute URL of a redirect.
 *
 * An external server must not redirect requests to services of this machine or its link: these often trust every
 * client that can reach them.
 *
 * @param location as the server has it, relative to `from`
 * @throws Error `refused a redirect to …` for other schemes than http and https, from https to http, and inwards
 */
export function redirectTarget(location: string, from: string): string {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const source = new URL(from);
  const schemes = source.protocol === 'https:' ? ['https:'] : ['http:', 'https:'];
  if (to !== undefined && schemes.includes(to.protocol) && !leadsInwards(source.hostname, to.hostname))
    return to.href;
  throw new Error(`refused a redirect to ${printable(location.split('?', 1)[0] ?? '')}`);
}

function leadsInwards(from: string, to: string): boolean {
  if (from === to) return false;
  return LINK_LOCAL.test(to) || (LOOPBACK.test(to) && !LOOPBACK.test(from));
}
