import { RktFailure } from '../embedded-context.ts';

/** Records of an extended header of a tar by their keys. Values are bytes: those of extended attributes are no text. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const MAX_DIGITS = 8;

/** Takes the records apart: `LENGTH KEY=VALUE\n`, one after another. @throws RktFailure */
export function decodePax(body: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  for (let rest = body; rest.length > 0;) {
    const space = rest.subarray(0, MAX_DIGITS + 1).indexOf(SPACE);
    const digits = rest.toString('latin1', 0, Math.max(space, 0));
    const length = Number(digits);
    const record = rest.subarray(space + 1, length - 1);
    const equals = record.indexOf(EQUALS);
    const isSound =
      /^\d+$/.test(digits) && length <= rest.length && rest[length - 1] === NEWLINE && equals > 0;
    // the padding of some writers
    if (!isSound && rest.every((byte) => byte === 0)) break;
    if (!isSound) throw new RktFailure('tar: invalid extended header');
    records.set(record.toString('utf8', 0, equals), record.subarray(equals + 1));
    rest = rest.subarray(length);
  }
  return records;
}

/** The body of an extended header. */
export function encodePax(records: PaxRecords): Buffer {
  return Buffer.concat([...records].map(([key, value]) => encodeRecord(Buffer.from(`${key}=`), value)));
}

/** The length counts its own digits, too. */
function encodeRecord(key: Buffer, value: Buffer): Buffer {
  const bare = key.length + value.length + 2;
  let length = bare + String(bare).length;
  if (bare + String(length).length > length) length += 1;
  return Buffer.concat([Buffer.from(`${length} `), key, value, Buffer.from('\n')]);
}
