/** Saves ever newer entries of one task to the store in `argv[2]`, until somebody kills it. */
import { createStateStore } from '../../src/registry/state-store.ts';
import { aStoredTask } from './stored-tasks.ts';

const store = createStateStore(process.argv[2] ?? '');
const padding = 'x'.repeat(2_000_000);
for (let version = 1; ; version += 1) {
  await store.save(aStoredTask('victim', { env: { PADDING: padding } }, { updatedAtMs: version }));
}
