// Runs test files in lanes at the same time, then reports their coverage, and ends with the one line that says how they went.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { slimCoverage } from './slim-coverage.js';
import { runInLanes } from './test-lanes.js';

// Most of the time goes into waiting for processes, so three lanes suit two cores.
const LANES = Number(process.env.RKT_STREAMS_TEST_LANES ?? 3);
const DURATIONS = fileURLToPath(new URL('test-durations.json', import.meta.url));

const args = process.argv.slice(2);
const isRecording = args[0] === '--record';
const chosen = isRecording ? args.slice(1) : args;
const isWhole = chosen.length === 0;
const scratch = mkdtempSync(join(tmpdir(), 'rkt-streams-tests-'));
const coverage = join(scratch, 'coverage');

const files = findFiles(isWhole ? ['test'] : chosen);
const begin = Date.now();
const results = await runInLanes(files, {
  lanes: Math.min(LANES, files.length),
  durations: JSON.parse(readFileSync(DURATIONS, 'utf8')),
  scratch,
  env: { ...process.env, NODE_V8_COVERAGE: coverage },
});
const tookS = Math.round((Date.now() - begin) / 1_000);

slimCoverage(coverage);
// A few files alone cannot reach the coverage floor of all.
const check = isWhole ? [] : ['--check-coverage=false'];
const c8 = spawnSync(
  process.execPath,
  [fileURLToPath(import.meta.resolve('c8/bin/c8.js')), 'report', '--temp-directory', coverage, ...check],
  { stdio: 'inherit' },
);
rmSync(scratch, { recursive: true });
if (isRecording) record();
process.exitCode = tell() ? 0 : 1;

/** The files that were named, and those of directories that were named. */
function findFiles(names) {
  const found = names.flatMap((name) => {
    if (!existsSync(name)) throw new Error(`there is no test file ${name}`);
    if (name.endsWith('.ts')) return [name];
    const inside = readdirSync(name, { recursive: true }).filter((path) => path.endsWith('.test.ts'));
    return inside.map((path) => join(name, path));
  });
  return [...new Set(found.map((file) => relative('.', file)))];
}

/** Keeps what took long, for the order of the next runs. */
function record() {
  const long = results
    .map(({ file, ms }) => [file, Math.round(ms / 1_000)])
    .filter(([, seconds]) => seconds >= 2)
    .sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(DURATIONS, `${JSON.stringify(Object.fromEntries(long), undefined, 2)}\n`);
}

function tell() {
  const ofKind = (kind) =>
    results.flatMap((result) => (result[kind] ?? []).map((failure) => ({ ...failure, ...result })));
  const failures = ofKind('failures');
  const unstable = ofKind('unstable');
  if (unstable.length > 0) console.log('\nFailed beside the others, passed when its file ran again alone:');
  print(unstable);
  if (failures.length > 0) console.log('\nFailed:');
  print(failures);
  const isCovered = c8.status === 0;
  if (!isCovered) console.log('\nThe coverage is below its floor, or could not be told.');
  const skipped = results.flatMap((result) => result.skipped);
  if (skipped.length > 0) console.log(`\n${skipped.length} skipped:\n  ${skipped.join('\n  ')}`);
  const slowest = [...results].sort((a, b) => b.ms - a.ms).slice(0, 5);
  const words = slowest.map(({ file, ms }) => `${file} ${Math.round(ms / 1_000)} s`);
  console.log(`\n${files.length} files in ${tookS} s, the longest ${words.join(', ')}`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const all = addTo(process.env.RKT_STREAMS_TEST_TOTALS, { passed, failed: failures.length });
  console.log(`${all.passed} passed, ${all.failed} failed`);
  return isCovered && failures.length === 0 && passed > 0;
}

function print(failures) {
  failures.forEach(({ file, title, message }, index) => {
    console.log(`\n${index + 1}) ${title}\n   ${file}\n${message.replaceAll(/^/gm, '     ')}`);
  });
}

/** Adds these to a file of lines "PASSED FAILED", one for each run, and returns the sums of all its lines. */
function addTo(totals, { passed, failed }) {
  if (totals === undefined) return { passed, failed };
  appendFileSync(totals, `${passed} ${failed}\n`);
  const rows = readFileSync(totals, 'utf8').trim().split('\n');
  const sumOf = (column) => rows.reduce((sum, row) => sum + Number(row.split(' ')[column]), 0);
  return { passed: sumOf(0), failed: sumOf(1) };
}
