import type { DriverNetwork } from '../../../model/driver-network.ts';
import { coreShareText } from '../../../model/core-share-text.ts';
import { countCpus } from '../../../model/cpu-list.ts';

/** Stands where nothing was measured. */
export const NOTHING = '–';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Three digits and a binary unit: `64.1 MiB`. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return NOTHING;
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${bytes < 0 ? '-' : ''}${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** `12.3% of one core`; of a task that is pinned `12.3% of 200% (cores 0-1)`. */
export function cpuText(cores: number | undefined, cpusetCpus: string | undefined): string {
  const reserved = countCpus(cpusetCpus);
  if (reserved === undefined) return `${coreShareText(cores)} of one core`;
  return `${coreShareText(cores)} of ${reserved * 100}% (${reserved === 1 ? 'core' : 'cores'} ${cpusetCpus})`;
}

/** `37%` of 0.37. */
export function percentText(ratio: number | undefined): string {
  return ratio === undefined || !Number.isFinite(ratio) ? NOTHING : `${Math.round(ratio * 100)}%`;
}

export function countText(count: number | undefined): string {
  return count === undefined || !Number.isFinite(count) ? NOTHING : String(Math.round(count));
}

const STEPS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** The two largest units: `3d 4h`, `2m 05s`, `12s`. */
export function durationText(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NOTHING;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const first = STEPS.findIndex(([, length]) => seconds >= length);
  if (first === -1 || first === STEPS.length - 1) return `${seconds}s`;
  const [unit, length] = STEPS[first] ?? STEPS[3];
  const [nextUnit, nextLength] = STEPS[first + 1] ?? STEPS[3];
  const next = Math.floor((seconds % length) / nextLength);
  return `${Math.floor(seconds / length)}${unit} ${String(next).padStart(2, '0')}${nextUnit}`;
}

const AGES = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** In words: `20 minutes ago`, `just now`. */
export function agoText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  for (const [unit, length] of AGES) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return seconds < 10 ? 'just now' : `${seconds} seconds ago`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Time of day, local. */
export function clockText(timeMs: number): string {
  const time = new Date(timeMs);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Date and time of day, local: for what is shown on hover. */
export function absoluteText(timeMs: number | undefined): string {
  if (timeMs === undefined) return NOTHING;
  const time = new Date(timeMs);
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clockText(timeMs)}`;
}

/** The address of a pod with the ports inside it. Without one its network is the host's, its group's, or none. */
export function networkText(network: DriverNetwork | undefined): string {
  if (network === undefined) return 'no address of its own';
  const ports = Object.entries(network.portMap).map(([label, port]) => `${label} ${port}`);
  return ports.length === 0 ? network.ip : `${network.ip}, ports ${ports.join(', ')}`;
}
