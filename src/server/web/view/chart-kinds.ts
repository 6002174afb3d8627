import { coreShareText } from '../../../model/core-share-text.ts';
import { bytesText, countText } from '../logic/format.ts';
import type { ChartOptions } from './chart-options.ts';

const KIB = 1_024;
const rateText = (value: number | undefined): string =>
  value === undefined ? bytesText(value) : `${bytesText(value)}/s`;
const percent = (value: number | undefined): string =>
  value === undefined ? countText(value) : `${value.toFixed(value < 10 ? 1 : 0)}%`;

/** The charts of a task, in their order. One of which nothing was measured is not shown. */
export const CHART_KINDS = {
  cpu: {
    title: 'CPU',
    lines: [{ series: 'cpuCores', title: 'of one core', colour: 'accent', isFilled: true }],
    text: coreShareText,
    least: 0.1,
  },
  memory: {
    title: 'Memory',
    lines: [
      { series: 'workingSetBytes', title: 'working set', colour: 'memory', isFilled: true },
      { series: 'rssBytes', title: 'rss', colour: 'band-2' },
      { series: 'cacheBytes', title: 'cache', colour: 'band-3' },
      { series: 'swapBytes', title: 'swap', colour: 'band-4', hidesZero: true },
    ],
    text: bytesText,
    isBinary: true,
    least: KIB * KIB,
  },
  throttled: {
    title: 'Throttled',
    lines: [
      {
        series: 'throttledSeconds',
        title: 'of the time of one core',
        colour: 'warn',
        isFilled: true,
        hidesZero: true,
      },
    ],
    text: coreShareText,
    least: 0.1,
  },
  processes: {
    title: 'Processes',
    lines: [{ series: 'processes', title: 'processes and threads', colour: 'good', isFilled: true }],
    text: countText,
    isWhole: true,
    least: 3,
  },
  io: {
    title: 'Disk I/O',
    lines: [
      { series: 'ioRead', title: 'read', colour: 'band-0', isFilled: true },
      { series: 'ioWritten', title: 'written', colour: 'band-2' },
    ],
    text: rateText,
    isBinary: true,
    least: KIB,
  },
  network: {
    title: 'Network',
    lines: [
      { series: 'netReceived', title: 'received', colour: 'band-3', isFilled: true },
      { series: 'netSent', title: 'sent', colour: 'band-1' },
    ],
    text: rateText,
    isBinary: true,
    least: KIB,
  },
  pressure: {
    title: 'Pressure',
    lines: [
      { series: 'cpuPressure', title: 'CPU', colour: 'accent' },
      { series: 'memoryPressure', title: 'memory', colour: 'memory' },
      { series: 'ioPressure', title: 'I/O', colour: 'band-2' },
    ],
    text: percent,
    least: 1,
  },
} as const satisfies Readonly<Record<string, ChartOptions>>;
