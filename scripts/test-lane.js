// One process that runs test files, one after the other, and tells how each went.
import { setTimeout } from 'node:timers';

import Mocha from 'mocha';

const TIMEOUT_MS = 60_000;
const END_MS = 15_000;

process.on('message', ({ file, end }) => {
  if (end) finish();
  else runFile(file).then((result) => process.send({ ...result, heapBytes: process.memoryUsage().heapUsed }));
});
// Whoever started this is gone.
process.on('disconnect', () => process.exit(1));

async function runFile(file) {
  const mocha = new Mocha({ timeout: TIMEOUT_MS, forbidOnly: true, reporter: 'spec', color: false });
  mocha.addFile(file);
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    console.log(error);
    return { passed: 0, skipped: [], failures: [{ title: 'the file loads', message: textOf(error) }] };
  }
  const failures = [];
  const skipped = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve({ passed: runner.stats.passes, skipped, failures }));
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.on('fail', (test, error) => failures.push({ title: test.fullTitle(), message: textOf(error) }));
  });
}

/** Message, difference and place; without the lines of mocha and node. */
function textOf(error) {
  const lines = String(error?.stack ?? error).split('\n');
  const own = lines.filter((line) => !/^\s+at .*(node_modules|node:)/.test(line));
  const values =
    'actual' in Object(error) ? [show('expected', error.expected), show('actual', error.actual)] : [];
  return [...own, ...values].join('\n');
}

function show(name, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return `${name}: ${(text ?? String(value)).slice(0, 2_000)}`;
}

/** Nothing of the tests may keep this process alive. */
function finish() {
  process.channel.unref();
  setTimeout(() => {
    console.log(`\nStill open after all tests: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, END_MS).unref();
}
