// A process that reads a recording from its first to its last block, as built for a package: its time and memory are no one
// else's. The file is its argument; it answers over IPC.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { openRecording } from '../../dist/drivers/recorded/recording-reader.js';

const [, , file = ''] = process.argv;
const cpuBefore = process.cpuUsage();
const began = performance.now();
const reader = openRecording(file);
const { fromMs, samples: expected } = reader.summary;
let samples = 0;
// As a replay reads it: a block is over when the next one is there.
for (const { ticks } of reader.blocksFrom(fromMs, true))
  for (const { taskIds } of ticks) samples += taskIds.length;
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpuBefore);
reader.close();
if (samples !== expected) throw new Error(`${samples} of ${expected} samples were read`);
// The most that was ever resident, in KiB.
const peakKb = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.send({ samples, wallMs, cpuMs: (user + system) / 1_000, peakBytes: Number(peakKb) * 1_024 });
