const UNITS = new Map([
  ['', 1],
  ['k', 1e3],
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
]);

/** `64M` = 64 000 000, `64Mi` = 67 108 864; a plain number is bytes. Undefined for anything else. */
export function parseSizeBytes(text: string): number | undefined {
  const { number = '', unit = '' } = /^(?<number>\d+(\.\d+)?)(?<unit>[A-Za-z]*)$/.exec(text)?.groups ?? {};
  const factor = UNITS.get(unit);
  return number === '' || factor === undefined ? undefined : Math.round(Number(number) * factor);
}
