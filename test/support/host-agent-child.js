// An agent that plays a recording, as that of a host: `host-agent-child.js RECORDING DATA_DIR ADDRESS`. It ends with its input.
import { createRecordedDriver } from '../../dist/drivers/recorded/index.js';
import { createPrometheusExporter } from '../../dist/exporters/prometheus/index.js';
import { createServer } from '../../dist/server/index.js';

// A warning of Node.js would be one in production.
process.on('warning', (warning) => {
  throw warning;
});
const [recording, dataDir, host] = process.argv.slice(2);
const driver = createRecordedDriver(recording, { loop: true });
const exporter = createPrometheusExporter(driver);
await createServer(driver, {
  ...{ dataDir, listen: { host, port: 9477 }, allowRemote: true, socketPath: false },
  metrics: (accept) => exporter.render(accept),
});
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit());
