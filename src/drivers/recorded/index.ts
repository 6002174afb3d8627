export type { RecordedAlert } from './recorded-alert.ts';
export { createRecordedDriver, type RecordedDriver, type RecordedDriverOptions } from './recorded-driver.ts';
export {
  recordDriver,
  type RecordOptions,
  type RecordedSource,
  type Recording,
  type RecordingStats,
} from './record-driver.ts';
export type { ReplayMarker } from './recorded-markers.ts';
export { recordingSummary, type RecordingSummary } from './recording-reader.ts';
export type { RotationOptions } from './recording-writer.ts';
export type { ReplayPosition } from './replay.ts';
