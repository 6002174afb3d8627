import { filter, firstValueFrom, take, toArray } from 'rxjs';

import { createPrometheusExporter } from '../../src/exporters/prometheus/index.ts';
import { createDriver, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';
import { until } from './until.ts';

/**
 * A driver in the network that this process is started in, with stage1 = "oci". It starts a task and prints, as a line of JSON, what it
 * has of the task's network. The task is destroyed when the input ends. Arguments: the driver's options and the task, as JSON.
 */
const [options = '', task = ''] = process.argv.slice(2);
const driver = createDriver(JSON.parse(options) as DriverOptions);
const spec = JSON.parse(task) as TaskSpecInput;
driver.setConfig({ stage1: 'oci' });
const events = firstValueFrom(
  driver.taskEvents().pipe(
    filter(({ kind }) => kind === 'network-ready' || kind === 'started'),
    take(2),
    toArray(),
  ),
);
// Awaited only after a start that has not failed.
events.catch(() => undefined);
try {
  const { network } = await driver.startTask(spec);
  const exporter = createPrometheusExporter(driver, { intervalMs: 100 });
  const samples = driver.taskStats(spec.id, { intervalMs: 100, groups: ['network'] });
  const sample = await firstValueFrom(
    samples.pipe(filter((usage) => (usage.network?.receivedBytes ?? 0) > 0)),
  );
  const metrics = (): readonly string[] =>
    exporter
      .render()
      .body.split('\n')
      .filter((line) => line.startsWith('container_network_receive_bytes_total'));
  await until('the metrics have the network', () => metrics().length > 0);
  console.log(
    JSON.stringify({
      network,
      events: (await events).map(({ kind, annotations }) => [kind, annotations]),
      inspected: driver.inspectTask(spec.id).network,
      sample: sample.network,
      metrics: metrics(),
    }),
  );
  exporter.close();
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
} catch (error) {
  console.log(JSON.stringify({ error: String(error) }));
} finally {
  await driver.destroyTask(spec.id, { force: true }).catch(() => undefined);
  await driver.shutdown();
}
