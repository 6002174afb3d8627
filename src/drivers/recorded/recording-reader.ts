import { RktError, isRktError } from '../../model/rkt-error.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import {
  createGroupState,
  decodeDocuments,
  decodeTicks,
  restartGroup,
  type BlockContent,
  type GroupState,
} from './block-codec.ts';
import type { RecordedDocument } from './recorded-document.ts';
import { indexFile, type IndexedBlock, type IndexedFile } from './recording-index.ts';
import { rotatedFiles } from './recording-files.ts';

/** What a recording contains, from the headers of its blocks. */
export interface RecordingSummary {
  /** Of the first and the last record, in ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly files: number;
  readonly sizeBytes: number;
  readonly samples: number;
  readonly events: number;
  /** Bytes that belong to no block: damage, or a block that was cut off. */
  readonly damagedBytes: number;
}

/** A recording that is open for reading: all its files, oldest first. */
export interface RecordingReader {
  readonly summary: RecordingSummary;
  /**
   * The blocks from the group that contains a time on; those that are damaged, and those that depend on them, are
   * left out.
   *
   * @param isReused the ticks of a block hold until those of the second next one are read, which then take their memory
   */
  blocksFrom(timeMs: number, isReused?: boolean): Generator<BlockContent>;
  /** The documents of all blocks that can be read, a block at a time. */
  documents(): Generator<readonly RecordedDocument[]>;
  /** The last events up to a time, oldest first. */
  eventsUntil(timeMs: number, limit: number): readonly TaskEvent[];
  readonly close: () => void;
}

interface Place {
  readonly file: IndexedFile;
  readonly block: IndexedBlock;
}

/**
 * What a recording contains, without playing it.
 *
 * @throws RKT_ERR_RECORDING
 * @example
 * const { fromMs, toMs, samples } = recordingSummary('incident.rec');
 */
export function recordingSummary(file: string): RecordingSummary {
  const { summary, close } = openRecording(file);
  close();
  return summary;
}

/** @throws RKT_ERR_RECORDING when the file is no recording, or has no block */
export function openRecording(path: string): RecordingReader {
  const files = openAll(path);
  const close = (): void => files.forEach((file) => file.close());
  const places = files.flatMap((file) => file.blocks.map((block): Place => ({ file, block })));
  if (places.length === 0) {
    close();
    throw new RktError('RKT_ERR_RECORDING', `${path} has no record yet`);
  }
  const groupStarts = places.flatMap(({ block }, index) => (block.header.beginsGroup ? [index] : []));
  /** The last group that begins before a time; the first one for an earlier time. */
  const groupBefore = (timeMs: number): number => {
    const after = groupStarts.findIndex((index) => (places[index]?.block.header.fromMs ?? 0) > timeMs);
    return after < 0 ? groupStarts.length - 1 : Math.max(0, after - 1);
  };

  return {
    summary: summaryOf(files),
    blocksFrom: (timeMs, isReused = false) =>
      decodeAll(places.slice(groupStarts[groupBefore(timeMs)] ?? 0), isReused),
    *documents() {
      for (const { content } of walk(places, false, decodeDocuments)) yield content;
    },
    eventsUntil(timeMs, limit) {
      let found: readonly TaskEvent[] = [];
      for (let group = groupBefore(timeMs); group >= 0 && found.length < limit; group -= 1) {
        const own = places.slice(groupStarts[group], groupStarts[group + 1]);
        if (own.some(({ block }) => block.header.events > 0))
          found = [...eventsOf(own).filter((event) => event.timeMs <= timeMs), ...found];
      }
      return found.slice(-limit);
    },
    close,
  };
}

function openAll(path: string): readonly IndexedFile[] {
  const opened: IndexedFile[] = [];
  try {
    for (const rotated of rotatedFiles(path)) {
      try {
        opened.push(indexFile(rotated));
      } catch (error) {
        // One damaged file of many does not make the others unreadable.
        if (!isRktError(error)) throw error;
      }
    }
    opened.push(indexFile(path));
    return opened;
  } catch (error) {
    opened.forEach((file) => file.close());
    throw error;
  }
}

function summaryOf(files: readonly IndexedFile[]): RecordingSummary {
  const headers = files.flatMap(({ blocks }) => blocks.map(({ header }) => header));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return Object.freeze({
    fromMs: headers.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity),
    toMs: headers.reduce((most, { toMs }) => Math.max(most, toMs), -Infinity),
    files: files.length,
    sizeBytes: sum(files.map(({ sizeBytes }) => sizeBytes)),
    samples: sum(headers.map(({ samples }) => samples)),
    events: sum(headers.map(({ events }) => events)),
    damagedBytes: sum(files.map(({ damagedBytes }) => damagedBytes)),
  });
}

function* decodeAll(places: readonly Place[], isReused: boolean): Generator<BlockContent> {
  for (const { content } of walk(places, isReused, (header, payload, state) => ({
    documents: decodeDocuments(header, payload, state),
    ticks: decodeTicks(header, payload, state),
  })))
    yield content;
}

function eventsOf(places: readonly Place[]): readonly TaskEvent[] {
  const documents = [...walk(places, false, decodeDocuments)].flatMap(({ content }) => content);
  return documents.flatMap((document) => (document.kind === 'event' ? [document.value] : []));
}

/** No group has this number. */
const NO_GROUP = -1;

type Decode<T> = (header: IndexedBlock['header'], payload: Buffer, state: GroupState) => T;

/** A block needs all blocks of its group before it: after damage, decoding goes on with the next group. */
function* walk<T>(
  places: readonly Place[],
  isReused: boolean,
  decode: Decode<T>,
): Generator<{ readonly content: T }> {
  const state = createGroupState(NO_GROUP, isReused);
  for (const { file, block } of places) {
    const { header } = block;
    if (header.beginsGroup) restartGroup(state, header.group);
    if (state.group !== header.group || state.sequence !== header.sequence) continue;
    const payload = file.payload(block);
    const content = payload === undefined ? undefined : attempt(() => decode(header, payload, state));
    if (content === undefined) {
      state.group = NO_GROUP;
      continue;
    }
    state.sequence += 1;
    yield { content };
  }
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RECORDING')) return undefined;
    throw error;
  }
}
