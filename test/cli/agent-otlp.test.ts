import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createRecordedDriver } from '../../src/drivers/recorded/index.ts';
import { writeRecording } from '../drivers/recorded/write-recording.ts';
import { openCollector, type Collector } from '../exporters/otlp/collector.ts';
import { startCli } from '../support/cli-process.ts';
import { serve } from '../support/served.ts';
import { until } from '../support/until.ts';

describe('rkt-streams agent --otlp', function () {
  this.timeout(120_000);
  let directory: string;
  let file: string;
  let collector: Collector;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'a.rec');
    await writeRecording(file, { taskIds: ['web'], ticks: 120 });
    collector = await openCollector();
  });
  afterEach(async () => {
    await collector.close();
    await rm(directory, { recursive: true });
  });

  const names = (): readonly unknown[] => [
    ...new Set(
      collector.exports
        .flat()
        .filter(({ metric }) => metric === 'container.memory.usage')
        .map(({ attributes }) => attributes['container.name']),
    ),
  ];
  const sends = async (...source: readonly string[]): Promise<void> => {
    const place = ['--data-dir', join(directory, 'data'), '--listen', '127.0.0.1:0'];
    const agent = startCli(['agent', ...source, ...place, '--otlp', collector.url]);
    try {
      await agent.says('rkt-streams agent: http');
      await until('the metrics of the task are sent', () => names().length > 0);
    } finally {
      agent.child.kill('SIGTERM');
    }
    const { exitCode, stderr } = await agent.ended;
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  };

  it('sends the metrics of a recording', async () => {
    await sends('--replay', file, '--loop');
    expect(names()).to.deep.equal(['web']);
  });

  it('sends the metrics of a fleet', async () => {
    const driver = createRecordedDriver(file, { loop: true });
    const served = await serve(driver, { requireToken: false });
    try {
      const hosts = [{ name: 'n1', url: `http://127.0.0.1:${served.port}` }];
      await writeFile(join(directory, 'hosts.json'), JSON.stringify({ hosts }));
      await sends('--fleet', join(directory, 'hosts.json'));
      expect(names()).to.deep.equal(['n1/web']);
    } finally {
      await served.close();
      await driver.shutdown();
    }
  });
});
