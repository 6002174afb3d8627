import { constants } from 'node:os';

const NUMBERS = constants.signals as Readonly<Record<string, number>>;

/** The number of `SIGTERM`, `TERM` or `sigterm`; undefined when no signal has that name. */
export function signalNumber(name: string): number | undefined {
  const upper = name.toUpperCase();
  return NUMBERS[upper.startsWith('SIG') ? upper : `SIG${upper}`];
}

/** The name of a signal number, `SIGTERM` for 15; undefined when there is none. */
export function signalName(number: number): NodeJS.Signals | undefined {
  const found = Object.entries(NUMBERS).find(([, value]) => value === number);
  return found?.[0] as NodeJS.Signals | undefined;
}
