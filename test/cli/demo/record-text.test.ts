import { expect } from 'chai';

import { recordText } from '../../../src/cli/demo/record-text.ts';

const plain = (_: unknown, text: string): string => text;

describe('the lines of the demo', () => {
  const fingerprint = (cgroup: string): readonly string[] =>
    recordText(
      {
        type: 'fingerprint',
        health: 'healthy',
        description: 'Healthy',
        attributes: {
          'driver.rkt': true,
          'driver.rkt.version': '1.30.0',
          'driver.rkt.runtime': 'embedded',
          'driver.rkt.stage1': 'fly',
          'driver.rkt.cgroup.version': cgroup,
        },
        timeMs: 0,
      },
      plain,
    );

  it('say what the pods run on', () => {
    expect(fingerprint('v1')).to.deep.equal([
      'The driver is healthy: rkt 1.30.0 (embedded, fly), cgroups v1',
    ]);
  });

  it('say once what is missing without cgroups, and not for each pod', () => {
    const [what, consequence, ...more] = fingerprint('none');
    expect([what, more]).to.deep.equal(['The driver is healthy: rkt 1.30.0 (embedded, fly), no cgroups', []]);
    expect(consequence).to.contain('no task can have a memory limit').and.contain('Run as root');
    const degraded = recordText(
      {
        type: 'event',
        by: 'first driver',
        id: '1',
        kind: 'stats-degraded',
        taskId: 'holder',
        taskName: 'holder',
        timeMs: 0,
        message: 'The task has no cgroup',
        annotations: { error: 'The task has no cgroup' },
      },
      plain,
    );
    expect(degraded).to.deep.equal([]);
  });
});
