// A queue of test files, and processes that take the next one whenever they are done with one.
import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearTimeout, setTimeout } from 'node:timers';

const LANE = fileURLToPath(new URL('test-lane.js', import.meta.url));
const FILE_LIMIT_MS = 840_000;
const END_LIMIT_MS = 30_000;
/** How long what a file has opened may take to be closed. */
const CLOSE_MS = 15_000;
/** A process with more than this takes no further file: another goes on with a fresh heap. */
const MAX_HEAP_BYTES = 1024 ** 3;
/** What a file counts that was never timed: those that start processes are the long ones. */
const GUESSES_S = [
  [/^test\/(e2e|cli|server|nomad|faults)\//, 15],
  [/^test\/(embedded|contract|docs|exporters)\//, 5],
];

const NOTHING = { passed: 0, skipped: [], failures: [], ms: 0 };

/** What compares something that all processes of the machine share runs when the others are done. */
const ALONE = [
  // The mount table.
  'test/embedded/pods/launch.test.ts',
];

/** More files than these have failed for a reason that a second run does not change. */
const MAX_AGAIN = 6;

/**
 * Runs each file once and prints its output when it is done. Up to six that fail run once more when the others are done: what then
 * passes has failed by what ran beside it, and its first failures are reported as `unstable`.
 *
 * A lane that dies fails the file it was at, and another takes its place. Returns for each file what passed, what
 * was skipped, what failed and how long it took.
 */
export async function runInLanes(files, { lanes, durations, scratch, env, closeMs = CLOSE_MS }) {
  const guess = (file) => GUESSES_S.find(([pattern]) => pattern.test(file))?.[1] ?? 1;
  const seconds = (file) => durations[file] ?? guess(file);
  const queue = [...files].sort((a, b) => seconds(b) - seconds(a));
  const isAlone = (file) => ALONE.includes(file);
  const results = [];
  const run = async (name, own) => results.push(...(await runLane(own, { name, scratch, env, closeMs })));

  const together = queue.filter((file) => !isAlone(file));
  await Promise.all(Array.from({ length: lanes }, (_, index) => run(`lane-${index}`, together)));
  await run('alone', queue.filter(isAlone));

  const failed = new Set(results.filter(({ failures }) => failures.length > 0).map(({ file }) => file));
  if (failed.size === 0 || failed.size > MAX_AGAIN) return results;
  const first = results.splice(0);
  await run('again', [...failed]);
  return merged(first, results);
}

/** Second results in the place of the first of their files, of which they keep the failures. */
function merged(first, second) {
  const again = new Set(second.map(({ file }) => file));
  const unstable = (file) =>
    first.filter((result) => result.file === file).flatMap(({ failures }) => failures);
  return [
    ...first.filter(({ file }) => !again.has(file)),
    ...second.map((result) =>
      result.failures.length === 0 ? { ...result, unstable: unstable(result.file) } : result,
    ),
  ];
}

async function runLane(queue, { name, scratch, env, closeMs }) {
  const results = [];
  for (let round = 0; queue.length > 0; round += 1) {
    const lane = startLane(join(scratch, `${name}-${round}`), { env, closeMs });
    let last = { heapBytes: 0 };
    while (queue.length > 0 && lane.isAlive() && !last.isSpent && last.heapBytes < MAX_HEAP_BYTES) {
      const file = queue.shift();
      const result = await lane.run(file);
      const { heapBytes = 0, isSpent } = result;
      last = { heapBytes, isSpent };
      const mib = Math.round(heapBytes / 2 ** 20);
      process.stdout.write(
        `\n${file} (${(result.ms / 1_000).toFixed(1)} s, heap ${mib} MiB)\n${lane.output()}`,
      );
      results.push(result);
    }
    const failures = await (last.isSpent ? lane.exit() : lane.end());
    if (failures.length > 0) results.push({ ...NOTHING, file: results.at(-1)?.file ?? name, failures });
  }
  return results;
}

function startLane(log, { env, closeMs }) {
  // Both streams in one file: nothing is lost when the process dies, and nothing overtakes.
  const fd = openSync(log, 'a');
  const execArgv = ['--import', 'tsx/esm', '--expose-gc'];
  const child = fork(LANE, [], { execArgv, env, stdio: ['ignore', fd, fd, 'ipc'] });
  closeSync(fd);
  let told = 0;
  let death;
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve((death = signal ?? `exit code ${code}`)));
  });
  const kill = (ms) => setTimeout(() => child.kill('SIGKILL'), ms);

  return {
    isAlive: () => death === undefined,
    async run(file) {
      const begin = Date.now();
      const limit = kill(FILE_LIMIT_MS);
      const answer = new Promise((resolve) => child.once('message', resolve));
      child.send({ file, closeMs });
      const result = (await Promise.race([answer, ended.then(() => answerOf(death))])) ?? answerOf(death);
      clearTimeout(limit);
      return { file, ...result, ms: Date.now() - begin };
    },
    /** What was written since the last call. */
    output() {
      const bytes = readFileSync(log);
      const text = bytes.subarray(told).toString();
      told = bytes.length;
      return text;
    },
    /** For a process that is not fit for another file, for which one has failed already. */
    async exit() {
      child.send({ exit: true });
      const limit = kill(END_LIMIT_MS);
      await ended;
      clearTimeout(limit);
      return [];
    },
    /** Lets it end by itself, as a process does that holds nothing any more; fails when it does not. */
    async end() {
      if (death !== undefined) return [];
      child.send({ end: true });
      const limit = kill(END_LIMIT_MS);
      await ended;
      clearTimeout(limit);
      process.stdout.write(this.output());
      if (death === 'exit code 0') return [];
      return [{ title: 'the process of the tests ends', message: `It ended with ${death}.` }];
    },
  };
}

function answerOf(death) {
  const message = `The process of the tests died with ${death} before it was done.`;
  return { ...NOTHING, failures: [{ title: 'the file runs', message }] };
}
