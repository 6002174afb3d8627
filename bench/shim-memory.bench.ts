import { readFileSync } from 'node:fs';

import { processTree } from '../src/sources/process-info.ts';
import { median, type Benchmark } from './support/benchmark.ts';
import { openSandbox } from './support/sandbox.ts';

/**
 * What the helpers of one task take under Nomad 1.0.18: one executor and one logmon process a task, measured on a machine
 * like this one with 20 tasks, in MiB.
 */
const NOMAD_HELPERS = { residentMiB: 50, sharedOutMiB: 10.3 };
const KIB_PER_MIB = 1_024;

export const shimMemory: Benchmark = {
  name: 'shim-memory',
  asks: 'What memory does it take to stay with a task, against a supervisor process for each?',
  async run({ quick }) {
    const sandbox = await openSandbox();
    try {
      const resident: number[] = [];
      const sharedOut: number[] = [];
      for (let index = 0; index < (quick ? 2 : 8); index += 1) {
        const { handle } = await sandbox.driver.startTask(
          sandbox.shell(`task-${index}`, 'exec sleep 100000'),
        );
        const { shim, process: app } = handle.state;
        const helpers = (await processTree(shim.pid)).filter((pid) => pid !== app.pid);
        resident.push(sum(helpers, 'Rss') / KIB_PER_MIB);
        sharedOut.push(sum(helpers, 'Pss') / KIB_PER_MIB);
      }
      return [
        {
          what: 'all that stays beside the app',
          median: median(resident),
          unit: 'MiB resident',
          ratio: NOMAD_HELPERS.residentMiB / median(resident),
          ratioTo: `less than ${NOMAD_HELPERS.residentMiB} MiB of Nomad's helpers`,
          threshold: { atLeast: 20 },
        },
        {
          what: 'the same, shared pages divided among those who share',
          median: median(sharedOut),
          unit: 'MiB',
          ratio: NOMAD_HELPERS.sharedOutMiB / median(sharedOut),
          ratioTo: `less than ${NOMAD_HELPERS.sharedOutMiB} MiB of Nomad's helpers`,
        },
      ];
    } finally {
      await sandbox.close();
    }
  },
};

function sum(pids: readonly number[], field: 'Rss' | 'Pss'): number {
  return pids.reduce((total, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup) ?? [];
    return total + Number(kib);
  }, 0);
}
