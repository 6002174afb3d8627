/** The longest prefix; rkt has no limit, but people read command lines too. */
const MAX_LENGTH = 128;

/**
 * The prefix of the names of a task's volumes.
 *
 * rkt requires AC names there: lower case letters, digits, and dashes that are neither first nor last.
 */
export function volumePrefix(allocId: string | undefined, taskName: string): string {
  const name = (allocId === undefined ? taskName : `${allocId}-${taskName}`)
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'task' : name;
}
