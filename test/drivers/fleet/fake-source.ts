import { NEVER, concat, of } from 'rxjs';

import type { Driver } from '../../../src/driver-interface.ts';
import { refusedOps } from '../../../src/drivers/refused-ops.ts';
import { LIVE } from '../../../src/model/driver-connection.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../../src/model/plugin.ts';
import { taskNotFound } from '../../../src/model/rkt-error.ts';

/** A driver that is live, has no ops and emits nothing, but for what a test gives it. */
export function fakeSource(methods: Partial<Driver> = {}): Driver {
  return {
    ...refusedOps('fake'),
    pluginInfo: () => PLUGIN_INFO,
    capabilities: () => ({ ...CAPABILITIES, kind: 'fake', ops: [] }),
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    connection: () => concat(of(LIVE), NEVER),
    fingerprint: () => NEVER,
    taskEvents: () => NEVER,
    taskStats: () => NEVER,
    allTaskStats: () => NEVER,
    waitTask: () => NEVER,
    tasks: () => NEVER,
    pods: () => NEVER,
    hostStats: () => NEVER,
    samplingStats: () => NEVER,
    followTasks: () => NEVER,
    inspectTask: (id) => {
      throw taskNotFound(id);
    },
    recoverTasks: () => Promise.resolve({ recovered: [], undone: [], failures: [] }),
    shutdown: () => Promise.resolve(),
    ...methods,
  };
}
