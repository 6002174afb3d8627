/** The longest prefix; rkt sets no limit, but a command line is read by people too. */
const MAX_LENGTH = 128;

/**
 * What the names of a task's volumes begin with.
 *
 * rkt wants AC names there: lower case letters, digits, and dashes that are neither first nor last.
 */
export function volumePrefix(allocId: string | undefined, taskName: string): string {
  const name = (allocId === undefined ? taskName : `${allocId}-${taskName}`)
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'task' : name;
}
