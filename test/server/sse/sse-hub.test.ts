import { expect } from 'chai';
import { NEVER, Observable } from 'rxjs';

import type { Driver } from '../../../src/index.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import { serverSettings } from '../../../src/server/options.ts';
import { createHub } from '../../../src/server/sse/sse-hub.ts';

describe('createHub', () => {
  it('keeps nothing of a client whose topics cannot all be served', () => {
    let subscribed = 0;
    const driver = {
      capabilities: () => ({ kind: 'local', ops: [] }),
      taskEvents: () => NEVER,
      hostStats: () =>
        new Observable(() => {
          subscribed += 1;
          return () => (subscribed -= 1);
        }),
      samplingStats: () => {
        throw new Error('out of order');
      },
    } as unknown as Driver;
    const { limits } = serverSettings({
      listen: false,
      socketPath: false,
      dashboard: false,
      dataDir: '/none',
    });
    const hub = createHub({ driver, logger: silentLogger, limits });
    const sink = {
      write: () => true,
      onDrain: () => undefined,
      end: () => undefined,
      destroy: () => undefined,
    };
    const request = { topics: ['host', 'sampling'], intervalMs: 1_000, groups: [] } as const;
    try {
      expect(() => hub.open(request, sink)).to.throw('out of order');
      expect([subscribed, hub.stats().clients, hub.stats().channels]).to.deep.equal([0, 0, 0]);
    } finally {
      hub.close();
    }
  });
});
