import type { Suite } from 'mocha';

import { RUNTIME_VARIABLE, RUNTIMES } from '../../src/embedded/stage1/oci/oci-runtime.ts';
import { requires } from './requirements.ts';

/** Defines the same tests for each OCI runtime that pods run with. */
export function describeRuntimes(
  title: string,
  define: (this: Suite, runtime: (typeof RUNTIMES)[number]) => void,
): void {
  for (const runtime of RUNTIMES) {
    describe(`${title}, with ${runtime}`, function () {
      const original = process.env[RUNTIME_VARIABLE] ?? '';
      before(function () {
        requires(this, runtime, 'catatonit');
        process.env[RUNTIME_VARIABLE] = runtime;
      });
      after(() => {
        process.env[RUNTIME_VARIABLE] = original;
      });
      define.call(this, runtime);
    });
  }
}
