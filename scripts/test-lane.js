// One process that runs test files, one after the other, and tells how each went.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

import Mocha from 'mocha';

const TIMEOUT_MS = 60_000;

/** The reasons of rejections that no code has handled, by their promises: mocha publishes each a second time. */
const unhandled = new Map();
process.on('unhandledRejection', (reason, promise) => unhandled.set(promise, inspect(reason)));

process.on('message', ({ file, closeMs, end, exit }) => {
  if (exit) process.exit(0);
  else if (end) process.channel.unref();
  else runFile(file, closeMs).then((result) => process.send(result));
});
// Whoever started this is gone.
process.on('disconnect', () => process.exit(1));

/**
 * Runs a file, and fails it when it leaves something open, which would keep this process from ending, or a rejection
 * unhandled, which would end the process of a user.
 */
async function runFile(file, closeMs) {
  const before = process.getActiveResourcesInfo();
  const result = await runTests(file);
  const open = await stillOpen(before, closeMs);
  if (open.length > 0)
    result.failures.push({ title: 'the file closes what it opens', message: open.join(', ') });
  for (const message of new Set(unhandled.values())) {
    result.failures.push({ title: 'the file handles all rejections', message });
  }
  unhandled.clear();
  globalThis.gc();
  return { ...result, isSpent: open.length > 0, heapBytes: process.memoryUsage().heapUsed };
}

/** What keeps this process alive that did not before, once it has had its time to go. */
async function stillOpen(before, closeMs) {
  const deadline = performance.now() + closeMs;
  for (;;) {
    const open = addedTo(before, process.getActiveResourcesInfo());
    if (open.length === 0 || performance.now() > deadline) return open;
    await delay(50);
  }
}

function addedTo(before, now) {
  const rest = [...now];
  for (const name of before) {
    const index = rest.indexOf(name);
    if (index >= 0) rest.splice(index, 1);
  }
  return rest;
}

async function runTests(file) {
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
  const passed = await new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats.passes));
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.on('fail', (test, error) => failures.push({ title: test.fullTitle(), message: textOf(error) }));
  });
  // Its listener for rejections publishes them again to all other listeners: n of them call each other n! times.
  mocha.dispose();
  return { passed, skipped, failures };
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
