// A program for a worker of the runner that misbehaves as its first argument says.
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { parentPort, threadId } from 'node:worker_threads';

const send = (report) => parentPort.postMessage(report);
const print = (stream, text) => send({ kind: 'output', stream, text });
const end = (exitCode, isClean = true) => send({ kind: 'end', exitCode, isClean });

const BEHAVIOURS = {
  list: (_, { env, cwd }) => {
    print('stdout', JSON.stringify({ threadId, env: env.GIVEN, process: process.env.GIVEN, cwd }));
    end(0);
  },
  status: ([code]) => {
    print('stderr', `status: ${code}\n`);
    end(Number(code));
  },
  // Commands that break their worker.
  rm: ([how, ...words]) => BROKEN[how](words),
  version: () => send({ kind: 'process-required' }),
};

const BROKEN = {
  crash: () => {
    print('stderr', 'rm: it was about to\n');
    throw new Error('a crash');
  },
  exit: () => process.exit(7),
  dirty: () => end(0, false),
  loop: () => {
    for (;;);
  },
  child: ([file]) => {
    spawnSync('sh', ['-c', 'echo $$ >"$0"; sleep 1000 & echo $! >>"$0"; wait', file]);
    end(0);
  },
  flood: () => {
    for (;;) print('stdout', 'x'.repeat(1_000_000));
  },
  memory: () => {
    const all = [];
    for (;;) all.push(Array.from({ length: 100_000 }, () => ({})));
  },
};

parentPort.on('message', ({ argv, ...world }) => {
  const [name, ...words] = argv.filter((word) => !word.startsWith('--dir='));
  BEHAVIOURS[name](words, world);
});
send({ kind: 'ready', thread: Number(readlinkSync('/proc/thread-self').split('/').at(-1)) });
