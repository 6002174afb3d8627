/**
 * Units inside the program: durations and instants in ms (`…Ms`), memory in bytes (`…Bytes`), CPU time in ns as a
 * safe integer (`…Ns`). Conversions happen where numbers enter or leave.
 */
export const MS_PER_SECOND = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_SECOND = 1_000_000_000;
export const MIB = 1024 * 1024;
