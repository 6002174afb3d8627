/** A time of a file for utimes and its kind; Node.js takes a negative number, a time before 1970, for the present. */
export function seconds(timeMs: number): number | string {
  return timeMs < 0 ? String(timeMs / 1000) : timeMs / 1000;
}
