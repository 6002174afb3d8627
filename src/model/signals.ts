/**
 * The signal numbers of Linux, the same on every architecture that Node supports. A separate table, because browsers
 * have none.
 */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGQUIT', 3],
  ['SIGILL', 4],
  ['SIGTRAP', 5],
  ['SIGABRT', 6],
  ['SIGIOT', 6],
  ['SIGBUS', 7],
  ['SIGFPE', 8],
  ['SIGKILL', 9],
  ['SIGUSR1', 10],
  ['SIGSEGV', 11],
  ['SIGUSR2', 12],
  ['SIGPIPE', 13],
  ['SIGALRM', 14],
  ['SIGTERM', 15],
  ['SIGSTKFLT', 16],
  ['SIGCHLD', 17],
  ['SIGCONT', 18],
  ['SIGSTOP', 19],
  ['SIGTSTP', 20],
  ['SIGTTIN', 21],
  ['SIGTTOU', 22],
  ['SIGURG', 23],
  ['SIGXCPU', 24],
  ['SIGXFSZ', 25],
  ['SIGVTALRM', 26],
  ['SIGPROF', 27],
  ['SIGWINCH', 28],
  ['SIGIO', 29],
  ['SIGPOLL', 29],
  ['SIGPWR', 30],
  ['SIGSYS', 31],
]);

/** The number of `SIGTERM`, `TERM` or `sigterm`; undefined when no signal has that name. */
export function signalNumber(name: string): number | undefined {
  const upper = name.toUpperCase();
  return NUMBERS.get(upper.startsWith('SIG') ? upper : `SIG${upper}`);
}

/** The name of a signal number, `SIGTERM` for 15; undefined when there is none. */
export function signalName(number: number): NodeJS.Signals | undefined {
  for (const [name, value] of NUMBERS) if (value === number) return name as NodeJS.Signals;
  return undefined;
}
