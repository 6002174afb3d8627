import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

import { encodeBlockHeader, type BlockHeader } from './block-header.ts';
import { createColumnState, type ColumnState } from './column-state.ts';
import { inflated } from './deflated-section.ts';
import { createDocumentDictionary, type DocumentDictionary } from './document-dictionary.ts';
import { documentLine, parseDocument, type RecordedDocument } from './recorded-document.ts';
import { decodeStats, encodeStats } from './stats-section.ts';
import type { RecordedTick } from './stats-rows.ts';

const compress = promisify(deflateRaw) as (
  bytes: Buffer,
  options: { level: number; dictionary?: Buffer },
) => Promise<Buffer>;

const NOTHING = Buffer.alloc(0);

/** What one block continues from the block before, in the same group. */
export interface GroupState {
  group: number;
  sequence: number;
  readonly columns: ColumnState;
  readonly dictionary: DocumentDictionary;
}

/** @param isReused as in `createColumnState` */
export function createGroupState(group: number, isReused = false): GroupState {
  return { group, sequence: 0, columns: createColumnState(isReused), dictionary: createDocumentDictionary() };
}

/** The state of another group in the memory of this one: a new one for each group would wait long for the garbage collector. */
export function restartGroup(state: GroupState, group: number): GroupState {
  state.columns.reset();
  state.dictionary.reset();
  return Object.assign(state, { group, sequence: 0 });
}

/** The records of one block. */
export interface BlockContent {
  readonly documents: readonly RecordedDocument[];
  readonly ticks: readonly RecordedTick[];
}

/** A whole block, header first. The state goes on to the next block of the group. */
export async function encodeBlock({ documents, ticks }: BlockContent, state: GroupState): Promise<Buffer> {
  const documentRaw = Buffer.from(documents.map((document) => `${documentLine(document)}\n`).join(''));
  const samples = ticks.reduce((sum, { taskIds }) => sum + taskIds.length, 0);
  const statsRaw = ticks.length === 0 ? NOTHING : encodeStats(ticks, state.columns);
  const { sequence, group } = state;
  const dictionary = state.dictionary.bytes();
  state.sequence += 1;
  state.dictionary.append(documentRaw);
  const [documentPart, statsPart] = await Promise.all([
    deflated(documentRaw, dictionary),
    deflated(statsRaw, NOTHING),
  ]);
  const payload = Buffer.concat([documentPart, statsPart]);
  const times = [...documents, ...ticks].map(({ timeMs }) => timeMs);
  const header: BlockHeader = {
    beginsGroup: sequence === 0,
    group,
    sequence,
    fromMs: times.reduce((least, time) => Math.min(least, time), Infinity),
    toMs: times.reduce((most, time) => Math.max(most, time), -Infinity),
    documentBytes: documentPart.length,
    documentRawBytes: documentRaw.length,
    statsBytes: statsPart.length,
    statsRawBytes: statsRaw.length,
    events: documents.filter(({ kind }) => kind === 'event').length,
    samples,
    payloadCrc: crc32(payload),
  };
  return Buffer.concat([encodeBlockHeader(header), payload]);
}

async function deflated(raw: Buffer, dictionary: Buffer): Promise<Buffer> {
  if (raw.length === 0) return NOTHING;
  const level = constants.Z_BEST_COMPRESSION;
  return compress(raw, dictionary.length === 0 ? { level } : { level, dictionary });
}

/** Whether the bytes after the header of a block are those that were written. */
export function isWhole({ documentBytes, statsBytes, payloadCrc }: BlockHeader, payload: Buffer): boolean {
  return payload.length === documentBytes + statsBytes && crc32(payload) === payloadCrc;
}

/** The documents of a block. The state goes on to the next block. @throws RKT_ERR_RECORDING */
export function decodeDocuments(
  header: BlockHeader,
  payload: Buffer,
  state: GroupState,
): readonly RecordedDocument[] {
  const dictionary = state.dictionary.bytes();
  const raw = inflated(payload.subarray(0, header.documentBytes), header.documentRawBytes, dictionary);
  state.dictionary.append(raw);
  const lines = raw
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.flatMap((line) => parseDocument(line) ?? []);
}

/** The ticks of a block. The state goes on to the next block. @throws RKT_ERR_RECORDING */
export function decodeTicks(
  header: BlockHeader,
  payload: Buffer,
  state: GroupState,
): readonly RecordedTick[] {
  if (header.statsBytes === 0) return [];
  const raw = inflated(payload.subarray(header.documentBytes), header.statsRawBytes, NOTHING);
  return decodeStats(raw, state.columns);
}
