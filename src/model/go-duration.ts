const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration (`1h30m`, `-1.5s`, `0`), as used by rkt and Nomad, in ms; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let totalMs = 0;
  let end = 0;
  for (let match = part.exec(body); match !== null; match = part.exec(body)) {
    totalMs += Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
    end = part.lastIndex;
  }
  return end === body.length && end > 0 ? sign * totalMs : undefined;
}
