import { agentIdle } from './agent-idle.bench.ts';
import { agent } from './agent.bench.ts';
import { commandStart } from './command-start.bench.ts';
import { exitLatency } from './exit-latency.bench.ts';
import { fleet } from './fleet.bench.ts';
import { fullSample } from './full-sample.bench.ts';
import { idleSample } from './idle-sample.bench.ts';
import { imagePull } from './image-pull.bench.ts';
import { keyedDelivery } from './keyed-delivery.bench.ts';
import { metricsText } from './metrics-text.bench.ts';
import { nomadPlugin } from './nomad-plugin.bench.ts';
import { packages } from './packages.bench.ts';
import { pageTasks } from './page-tasks.bench.ts';
import { plainFiles } from './plain-files.bench.ts';
import { podWatch } from './pod-watch.bench.ts';
import { recording } from './recording.bench.ts';
import { samplingPeers } from './sampling-peers.bench.ts';
import { shimMemory } from './shim-memory.bench.ts';
import { soak } from './soak.bench.ts';
import { sseChanges } from './sse-changes.bench.ts';
import { sse } from './sse.bench.ts';
import { startOverhead } from './start-overhead.bench.ts';
import { stage1Start } from './stage1-start.bench.ts';
import { subscribers } from './subscribers.bench.ts';
import type { Benchmark } from './support/benchmark.ts';
import { taskStart } from './task-start.bench.ts';
import { tenThousand } from './ten-thousand.bench.ts';

/** All benches, in the order in which they are run and reported. */
export const BENCHMARKS: readonly Benchmark[] = [
  fullSample,
  idleSample,
  plainFiles,
  packages,
  agent,
  samplingPeers,
  agentIdle,
  tenThousand,
  subscribers,
  keyedDelivery,
  metricsText,
  exitLatency,
  startOverhead,
  stage1Start,
  taskStart,
  commandStart,
  podWatch,
  shimMemory,
  imagePull,
  nomadPlugin,
  sse,
  sseChanges,
  pageTasks,
  recording,
  fleet,
  soak,
];
