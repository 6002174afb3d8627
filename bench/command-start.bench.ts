import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { median, summary, type Benchmark, type Row } from './support/benchmark.ts';

const COMMAND = fileURLToPath(new URL('../bin/rkt-streams', import.meta.url));
const START_LIMIT_MS = 30_000;

interface Contender {
  readonly what: string;
  readonly argv: readonly [string, ...string[]];
  /** How many times the start of Node it may take. */
  readonly atMost: number;
}

export const commandStart: Benchmark = {
  name: 'command-start',
  asks: 'How long does a command take that only asks something, over the start of Node?',
  async run({ quick }) {
    const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-bench-'));
    const [alone, served] = ['alone', 'served'].map((name) => join(directory, name)) as [string, string];
    const endAgent = await startAgent(served);
    try {
      return compare(
        [
          { what: '`--version`', argv: [COMMAND, '--version'], atMost: 1.3 },
          { what: '`--help`', argv: [COMMAND, '--help'], atMost: 1.5 },
          { what: '`ps` with an agent', argv: [COMMAND, '--data-dir', served, 'ps'], atMost: 1.5 },
          { what: '`ps` without one', argv: [COMMAND, '--data-dir', alone, 'ps'], atMost: 2.5 },
        ],
        quick ? 3 : 25,
      );
    } finally {
      await endAgent();
      rmSync(directory, { recursive: true });
    }
  },
};

/** Each contender in turn, and Node itself. */
function compare(contenders: readonly Contender[], rounds: number): readonly Row[] {
  const node: number[] = [];
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    const bare = timeOf([process.execPath, '-e', '0']);
    const tooks = contenders.map(({ argv }) => timeOf(argv));
    // The first round fills the caches.
    if (round === 0) continue;
    node.push(bare);
    tooks.forEach((tookMs, at) => times[at]?.push(tookMs));
  }
  const ours = contenders.map(({ what, atMost }, at): Row => {
    const measured = summary(times[at] ?? []);
    const ratio = measured.median / median(node);
    return { what, ...measured, unit: 'ms', ratio, ratioTo: '`node -e 0`', threshold: { atMost } };
  });
  return [{ what: '`node -e 0`', ...summary(node), unit: 'ms' }, ...ours];
}

function timeOf([file, ...args]: readonly [string, ...string[]]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const tookMs = performance.now() - began;
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed: ${stderr.toString()}`);
  return tookMs;
}

/** @returns how to end the agent */
async function startAgent(dataDir: string): Promise<() => Promise<void>> {
  const args = ['--data-dir', dataDir, 'agent', '--listen', '127.0.0.1:0', '--no-dashboard'];
  const agent = spawn(COMMAND, args, { stdio: 'ignore' });
  const ended = once(agent, 'exit');
  const deadline = performance.now() + START_LIMIT_MS;
  while (!existsSync(join(dataDir, 'agent.sock'))) {
    if (agent.exitCode !== null || performance.now() > deadline) throw new Error('The agent did not start');
    await delay(20);
  }
  return async () => {
    agent.kill('SIGTERM');
    await ended;
  };
}
