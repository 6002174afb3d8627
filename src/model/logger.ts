/** The four methods the library logs through; pino fits. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

/** The default: a library does not write to a terminal unasked. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
