import type { FlagSpec } from '../command-line/args.ts';
import type { Command } from '../command-line/command-shape.ts';
import { formatFlag, oneOfEach } from '../command-line/global-flags.ts';
import { readImageName } from '../store/lookup.ts';
import { storePaths } from '../store/paths.ts';
import type { ImageRecord } from '../store/store-records.ts';
import { readRecords } from '../store/store-records.ts';
import { formatAge, formatJson, formatSize, formatTime, tabTable } from '../command-line/text.ts';

const TITLES: Readonly<Record<string, string>> = {
  id: 'ID',
  name: 'NAME',
  size: 'SIZE',
  importtime: 'IMPORT TIME',
  lastused: 'LAST USED',
};
const FIELDS = Object.keys(TITLES);
const SORT_FIELDS = ['name', 'importtime', 'lastused', 'size'];
const SHORT_ID = 'sha512-'.length + 12;

function listFlag(name: string, values: readonly string[], fallback: string, help: string): FlagSpec {
  const accepted = `Accepted values: ${values.map((value) => `"${value}"`).join(', ')}`;
  return { name, kind: 'value', default: fallback, help: `${help} ${accepted}`, check: oneOfEach(values) };
}

/** An image as the list shows it. */
interface Listed extends ImageRecord {
  /** Name with version. */
  readonly fullName: string;
  readonly sizeBytes: number;
}

/** `rkt image list`. */
export const command: Command = {
  name: 'image list',
  summary: 'List images in the local store',
  usage: 'image list',
  description: 'Optionally, allows the user to specify the fields and sort order.',
  flags: [
    listFlag('fields', FIELDS, FIELDS.join(','), 'comma-separated list of fields to display.'),
    formatFlag,
    { name: 'full', kind: 'bool', help: 'use long output format' },
    { name: 'no-legend', kind: 'bool', help: 'suppress a legend with the list' },
    listFlag(
      'order',
      ['asc', 'desc'],
      'asc',
      'choose the sorting order if at least one sort field is provided (--sort).',
    ),
    listFlag(
      'sort',
      SORT_FIELDS,
      'importtime',
      'sort the output according to the provided comma-separated list of fields.',
    ),
  ],
  run(ctx, flags) {
    const paths = storePaths(ctx);
    const images = readRecords(paths).map((record) => ({
      ...record,
      fullName: readImageName(paths, record),
      sizeBytes: record.blobBytes + (record.treeBytes ?? 0),
    }));
    const sorted = sort(images, flags.string('sort').split(','), flags.string('order') === 'desc');
    const format = flags.string('format');
    if (format === '')
      ctx.stdout(
        table(sorted, flags.string('fields').split(','), flags.bool('full'), !flags.bool('no-legend')),
      );
    else ctx.stdout(`${json(sorted, format === 'json-pretty')}\n`);
    return Promise.resolve(0);
  },
};

function sort(images: readonly Listed[], fields: readonly string[], descending: boolean): readonly Listed[] {
  const sign = descending ? -1 : 1;
  return [...images].sort((a, b) => {
    for (const field of fields) {
      const [left, right] = [sortKey(a, field), sortKey(b, field)];
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  });
}

function sortKey(image: Listed, field: string): string | number {
  if (field === 'name') return image.fullName;
  if (field === 'importtime') return image.importedAtMs;
  return field === 'lastused' ? image.lastUsedAtMs : image.sizeBytes;
}

function table(images: readonly Listed[], fields: readonly string[], full: boolean, legend: boolean): string {
  const head = legend ? [fields.map((field) => TITLES[field] ?? '')] : [];
  return tabTable([...head, ...images.map((image) => fields.map((field) => cell(image, field, full)))]);
}

function cell(image: Listed, field: string, full: boolean): string {
  if (field === 'id') return full ? image.id : image.id.slice(0, SHORT_ID);
  if (field === 'name') return image.fullName;
  if (field === 'size') return full ? String(image.sizeBytes) : formatSize(image.sizeBytes);
  const timeMs = field === 'importtime' ? image.importedAtMs : image.lastUsedAtMs;
  return full ? formatTime(timeMs) : formatAge(timeMs, Date.now());
}

/** Times in ns are beyond what a number holds exactly: they are put into the text as digits. */
function json(images: readonly Listed[], pretty: boolean): string {
  if (images.length === 0) return 'null';
  const entries = images.map((image) => ({
    id: image.id,
    name: image.fullName,
    import_time: `#${nanoseconds(image.importedAtMs)}`,
    last_used_time: `#${nanoseconds(image.lastUsedAtMs)}`,
    size: image.sizeBytes,
  }));
  return formatJson(entries, pretty).replace(/("(?:import|last_used)_time": ?)"#(\d+)"/g, '$1$2');
}

function nanoseconds(timeMs: number): string {
  return `${Math.round(timeMs * 1000)}000`;
}
