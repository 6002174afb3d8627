import type {
  IoStats,
  NetworkStats,
  PidsStats,
  PressureFigures,
  PressureStall,
  PressureStats,
} from '../../model/task-stats.ts';
import { MS_PER_SECOND } from '../../model/units.ts';
import { FIGURE, type Mutable, type Row } from '../../sources/cgroup/figures.ts';

/** What went to and from block devices; rates against the sample before. */
export function ioStats(
  row: Row,
  before: IoStats | undefined,
  windowMs: number | undefined,
): IoStats | undefined {
  const io: Mutable<IoStats> | undefined = pick<IoStats>(row, IO_PLACES);
  if (io === undefined) return undefined;
  const read = perSecond(io.readBytes, before?.readBytes, windowMs);
  const written = perSecond(io.writeBytes, before?.writeBytes, windowMs);
  if (read !== undefined) io.readBytesPerSecond = read;
  if (written !== undefined) io.writeBytesPerSecond = written;
  return Object.freeze(io);
}

/** What went through the network of a pod; rates against the sample before. */
export function networkStats(
  row: Row,
  before: NetworkStats | undefined,
  windowMs: number | undefined,
): NetworkStats | undefined {
  const network: Mutable<NetworkStats> | undefined = pick<NetworkStats>(row, NETWORK_PLACES);
  if (network === undefined) return undefined;
  const received = perSecond(network.receivedBytes, before?.receivedBytes, windowMs);
  const sent = perSecond(network.sentBytes, before?.sentBytes, windowMs);
  if (received !== undefined) network.receivedBytesPerSecond = received;
  if (sent !== undefined) network.sentBytesPerSecond = sent;
  return Object.freeze(network);
}

export function pidsStats(row: Row): PidsStats | undefined {
  return Object.freeze(pick<PidsStats>(row, PIDS_PLACES));
}

/** The pressure of those resources that the kernel tells it of. */
export function pressureStats(row: Row): PressureStats | undefined {
  const pressure: Mutable<PressureStats> = {};
  for (const [resource, place] of PRESSURE_PLACES) {
    const some = stall(row, place);
    const full = stall(row, place + PRESSURE_FULL);
    if (some === undefined && full === undefined) continue;
    const figures: Mutable<PressureFigures> = {};
    if (some !== undefined) figures.some = some;
    if (full !== undefined) figures.full = full;
    pressure[resource] = Object.freeze(figures);
  }
  return Object.keys(pressure).length === 0 ? undefined : Object.freeze(pressure);
}

type Places<T> = readonly (readonly [key: keyof T, place: number])[];

const IO_PLACES: Places<IoStats> = [
  ['readBytes', FIGURE.readBytes],
  ['writeBytes', FIGURE.writeBytes],
  ['readOps', FIGURE.readOps],
  ['writeOps', FIGURE.writeOps],
];
const PIDS_PLACES: Places<PidsStats> = [
  ['current', FIGURE.pidsCurrent],
  ['peak', FIGURE.pidsPeak],
  ['limit', FIGURE.pidsLimit],
];
const NETWORK_PLACES: Places<NetworkStats> = [
  ['receivedBytes', FIGURE.receivedBytes],
  ['receivedPackets', FIGURE.receivedPackets],
  ['receiveErrors', FIGURE.receiveErrors],
  ['receiveDrops', FIGURE.receiveDrops],
  ['sentBytes', FIGURE.sentBytes],
  ['sentPackets', FIGURE.sentPackets],
  ['sendErrors', FIGURE.sendErrors],
  ['sendDrops', FIGURE.sendDrops],
];
const PRESSURE_PLACES = [
  ['cpu', FIGURE.cpuPressure],
  ['memory', FIGURE.memoryPressure],
  ['io', FIGURE.ioPressure],
] as const;
const PRESSURE_FULL = 4;

function stall(row: Row, place: number): PressureStall | undefined {
  const figures = pick<PressureStall>(row, [
    ['avg10', place],
    ['avg60', place + 1],
    ['avg300', place + 2],
    ['totalNs', place + 3],
  ]);
  return Object.freeze(figures);
}

/** Those figures of a row that were measured; undefined when none was. */
function pick<T extends Readonly<Partial<Record<keyof T, number>>>>(
  { page, base }: Row,
  places: Places<T>,
): T | undefined {
  const figures: Partial<Record<keyof T, number>> = {};
  let isMeasured = false;
  for (const [key, place] of places) {
    const value = page[base + place] as number;
    if (!(value >= 0)) continue;
    figures[key] = value;
    isMeasured = true;
  }
  return isMeasured ? (figures as T) : undefined;
}

function perSecond(
  now: number | undefined,
  before: number | undefined,
  windowMs: number | undefined,
): number | undefined {
  if (now === undefined || before === undefined || windowMs === undefined || now < before) return undefined;
  return ((now - before) / windowMs) * MS_PER_SECOND;
}
