import { fstatSync } from 'node:fs';

/** The priorities of syslog(3). */
const PRIORITIES: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7 };

/** Whether standard error is the journal of systemd, which reads a priority at the begin of each line. */
export function isJournal(
  { JOURNAL_STREAM: stream }: Readonly<Record<string, string | undefined>> = process.env,
  descriptor = 2,
): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** What the journal reads as the priority of a line. */
export function journalPrefix(level: string): string {
  return `<${PRIORITIES[level] ?? 6}>`;
}
