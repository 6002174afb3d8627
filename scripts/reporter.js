// mocha's spec reporter, which also leaves the figures of the run where scripts/test.js finds them.
import { writeFileSync } from 'node:fs';

import Mocha from 'mocha';

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.RKT_STREAMS_TEST_SUMMARY;
    runner.once('end', () => {
      const { passes, failures } = runner.stats;
      if (file) writeFileSync(file, `${passes} passed, ${failures} failed\n`);
    });
  }
}
