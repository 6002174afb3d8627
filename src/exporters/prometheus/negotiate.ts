import type { TextFormat } from './family.ts';

/** A form in which metrics are written, and how it is declared. */
export interface Negotiated {
  readonly format: TextFormat;
  readonly contentType: string;
}

const TEXT: Negotiated = { format: 'text', contentType: 'text/plain; version=0.0.4; charset=utf-8' };
const VERSIONS = ['1.0.0', '0.0.1'];

/** The preferred format of the caller; the classic text without a preference, or for an unsupported one. */
export function negotiate(accept: string | undefined): Negotiated {
  let best = { offer: TEXT, quality: 0, isNamed: false };
  for (const range of (accept ?? '').split(',')) {
    const { offer, quality, isNamed } = readRange(range);
    if (offer === undefined) continue;
    // Of two with the same preference, the one that was named explicitly.
    if (quality > best.quality || (quality === best.quality && quality > 0 && isNamed && !best.isNamed))
      best = { offer, quality, isNamed };
  }
  return best.offer;
}

interface Range {
  readonly offer: Negotiated | undefined;
  readonly quality: number;
  readonly isNamed: boolean;
}

function readRange(range: string): Range {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const read = new Map(parameters.map((parameter) => splitParameter(parameter)));
  const quality = Number(read.get('q') ?? 1);
  const version = read.get('version');
  return {
    offer: offerOf(type, version),
    quality: quality >= 0 && quality <= 1 ? quality : 0,
    isNamed: type === 'application/openmetrics-text',
  };
}

function splitParameter(parameter: string): [name: string, value: string] {
  const [name = '', value = ''] = parameter.split('=');
  return [name.trim(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function offerOf(type: string, version: string | undefined): Negotiated | undefined {
  if (type === 'application/openmetrics-text') {
    const ours = version ?? VERSIONS[0] ?? '';
    if (!VERSIONS.includes(ours)) return undefined;
    return { format: 'openmetrics', contentType: `${type}; version=${ours}; charset=utf-8` };
  }
  if (type === '*/*' || type === 'text/*') return TEXT;
  return type === 'text/plain' && (version === undefined || version === '0.0.4') ? TEXT : undefined;
}
