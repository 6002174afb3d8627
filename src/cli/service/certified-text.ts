import { createHash } from 'node:crypto';

/** How a line comment begins in the kind of file. */
export type CommentMark = '#' | '//';

const CHECKSUM = /^(?:#|\/\/) Written by rkt-streams agent install \(checksum (?<sum>[0-9a-f]{16})\)\.$/;

/** The text with a first line that later shows whether the file was changed. */
export function certified(text: string, mark: CommentMark): string {
  return `${mark} Written by rkt-streams agent install (checksum ${checksum(text)}).\n${text}`;
}

/** True for a text of {@link certified}, of any version, that was not changed since. */
export function isUnchanged(text: string): boolean {
  const end = text.indexOf('\n');
  const sum = CHECKSUM.exec(text.slice(0, end))?.groups?.['sum'];
  return end !== -1 && sum === checksum(text.slice(end + 1));
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
