import { expect } from 'chai';
import type { z } from 'zod';

import { agentConfigSchema, driverConfigSchema } from '../../src/model/driver-config.ts';
import { networkSchema } from '../../src/model/driver-network.ts';
import { exitResultSchema } from '../../src/model/exit-result.ts';
import { podSchema } from '../../src/model/pod.ts';
import { processIdSchema } from '../../src/model/process-id.ts';
import { taskEventSchema } from '../../src/model/task-event.ts';
import { taskHandleSchema } from '../../src/model/task-state.ts';
import { aTaskSpec } from '../support/task-specs.ts';

const state = {
  spec: aTaskSpec(),
  podId: 'pod',
  startToken: 'token',
  process: { pid: 2, startTicks: 0 },
  shim: { pid: 1, startTicks: 0 },
  startedAtMs: 5,
  cgroupPaths: [],
};
const event = {
  id: 'x.started',
  ...{ kind: 'started', taskId: 'a', taskName: 'a', timeMs: 1, message: '', annotations: {} },
};
const result = { oomKilled: false, completedAtMs: 1, source: 'exit-file' };

const cases: readonly (readonly [
  name: string,
  schema: z.ZodType,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  [
    'driverConfigSchema',
    driverConfigSchema,
    [
      { volumes_enabled: false, stats_interval: '1s', gc: { pod: false, image: true, image_delay: '1h30m' } },
      {
        ...{ volumes_enabled: true, stats_interval: '0', rkt_path: '/usr/bin/rkt', rkt_dir: '/r' },
        ...{ data_dir: '/d', cgroup_parent: 'a/b', concurrency: 8, stage1: 'example.com/stage1:1.0' },
        gc: { pod: true, image: false, image_delay: '3m' },
      },
    ],
    [
      { volumes_enabled: 'no' },
      { volumes: true },
      { stats_interval: '5' },
      { stats_interval: '-1s' },
      { stats_interval: '1000h' },
      { rkt_path: '' },
      { cgroup_parent: '../up' },
      { concurrency: 65 },
      { stage1: '-x' },
      { gc: { image_delay: 'soon' } },
      { gc: { pods: true } },
      null,
      [],
    ],
  ],
  [
    'agentConfigSchema',
    agentConfigSchema,
    [{}, { clientMinPort: 0, clientMaxPort: 65_535 }],
    [{ clientMinPort: -1 }, { clientMaxPort: 65_536 }, { clientMaxPort: 1.5 }],
  ],
  [
    'networkSchema',
    networkSchema,
    [{ portMap: { http: 80 }, ip: '10.0.0.1', autoAdvertise: false }],
    [{ portMap: { http: '80' }, ip: '10.0.0.1', autoAdvertise: false }, { ip: '10.0.0.1' }],
  ],
  [
    'exitResultSchema',
    exitResultSchema,
    [result, { ...result, exitCode: 137, signal: 9, error: 'why', source: 'process-gone' }],
    [{ ...result, source: 'guess' }, { ...result, signal: 0 }, { ...result, exitCode: 1.5 }, {}],
  ],
  [
    'processIdSchema',
    processIdSchema,
    [{ pid: 1, startTicks: 0 }],
    [{ pid: 0, startTicks: 0 }, { pid: 1 }, { pid: 1, startTicks: -1 }, { pid: 1.5, startTicks: 0 }],
  ],
  [
    'podSchema',
    podSchema,
    [
      { name: 'uuid', state: 'running' },
      { name: 'uuid', state: 'exited garbage', networks: null, apps: null },
      {
        name: 'uuid',
        state: 'running',
        later: 'rkt adds fields',
        apps: [{ name: 'a', state: 'exited', exit_code: 3 }],
      },
    ],
    [{ name: '', state: 'running' }, { name: 'uuid', state: 'asleep' }, { state: 'running' }, null],
  ],
  [
    'taskEventSchema',
    taskEventSchema,
    [
      event,
      { ...event, allocId: 'x', annotations: { exit_code: '3' } },
      { ...event, kind: 'exited', exitResult: { ...result, requested: true }, repeated: true },
    ],
    [
      { ...event, id: undefined },
      { ...event, repeated: false },
      { ...event, kind: 'happened' },
      { ...event, annotations: { exit_code: 3 } },
    ],
  ],
  [
    'taskHandleSchema',
    taskHandleSchema,
    [{ version: 1, state }],
    [
      { version: 0, state },
      { version: 2, state },
      { version: 1 },
      { version: 1, state: { ...state, podId: '' } },
      { version: 1, state: { ...state, process: { pid: 2 } } },
      { version: 1, state: { ...state, spec: { id: 'one' } } },
    ],
  ],
];

for (const [name, schema, good, bad] of cases) {
  describe(name, () => {
    for (const input of good) {
      it(`takes ${JSON.stringify(input).slice(0, 100)} as it is, also after a round through JSON`, () => {
        expect(schema.parse(input)).to.deep.equal(input);
        expect(schema.parse(JSON.parse(JSON.stringify(input)))).to.deep.equal(input);
      });
    }
    for (const input of bad) {
      it(`refuses ${JSON.stringify(input).slice(0, 100)}`, () => {
        expect(schema.safeParse(input).success).to.equal(false);
      });
    }
  });
}

describe('driverConfigSchema', () => {
  it('fills in every default', () => {
    expect(driverConfigSchema.parse({})).to.deep.equal({
      volumes_enabled: true,
      stats_interval: '100ms',
      gc: { pod: true, image: false, image_delay: '3m' },
    });
  });
});
