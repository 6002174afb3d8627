import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { RecordedDocument } from '../../drivers/recorded/recorded-document.ts';
import { openRecording } from '../../drivers/recorded/recording-reader.ts';
import { openWriter, type RecordingWriter } from '../../drivers/recorded/recording-writer.ts';
import type { Logger } from '../../model/logger.ts';
import { isRktError } from '../../model/rkt-error.ts';

/** The files of alerts: at most 10 MiB, whatever their age. */
const ROTATION = { maxBytes: 2 * 1024 * 1024, maxAgeMs: 30 * 86_400_000, keep: 4 } as const;

/** Alerts, silences and deliveries on disk. */
export interface AlertJournal {
  /** What earlier agents have written, oldest first; undefined when they have written nothing. */
  readonly recorded: readonly RecordedDocument[] | undefined;
  /** Adds what a reader has to know that begins later: the state of now, in the same documents. */
  readonly keep: (state: () => readonly RecordedDocument[]) => void;
  /** Written together, or not at all, when it resolves; a failure is logged. */
  append(documents: readonly RecordedDocument[]): Promise<void>;
  /** Waits until everything is written. */
  readonly close: () => Promise<void>;
}

/** Opens the file of the alerts, or creates it. One that cannot be used is logged; alerts are in memory alone then. */
export async function openAlertJournal(file: string | undefined, logger: Logger): Promise<AlertJournal> {
  if (file === undefined) return inMemory();
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const recorded = readDocuments(file);
    return journalOf(await openWriter(file, ROTATION), recorded, logger);
  } catch (error) {
    logger.error({ err: error }, 'alerts and silences are kept in memory alone');
    return inMemory();
  }
}

function journalOf(
  writer: RecordingWriter,
  recorded: readonly RecordedDocument[] | undefined,
  logger: Logger,
): AlertJournal {
  const states: (() => readonly RecordedDocument[])[] = [];
  let writing: Promise<void> = Promise.resolve();
  return {
    recorded,
    keep: (state) => void states.push(state),
    append(documents) {
      const write = (): Promise<void> =>
        writer.append({ documents, ticks: [] }, () => states.flatMap((state) => state()));
      writing = writing.then(write).catch((error: unknown) => {
        logger.error({ err: error }, 'an alert or silence was not written');
      });
      return writing;
    },
    async close() {
      await writing;
      await writer.close();
    },
  };
}

function inMemory(): AlertJournal {
  return {
    recorded: undefined,
    keep: () => undefined,
    append: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function readDocuments(file: string): readonly RecordedDocument[] | undefined {
  const reader = openIfWritten(file);
  if (reader === undefined) return undefined;
  try {
    return [...reader.blocksFrom(-Infinity)].flatMap(({ documents }) => documents);
  } finally {
    reader.close();
  }
}

/** Undefined for a file that is not there, or has no block yet; one that is something else fails when it is opened to write. */
function openIfWritten(file: string): ReturnType<typeof openRecording> | undefined {
  try {
    return openRecording(file);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RECORDING')) return undefined;
    throw error;
  }
}
