import { readFile } from 'node:fs/promises';

import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { createServer } from '../../server/index.ts';
import type { DemoPlace } from './place.ts';
import type { Report } from './demo-records.ts';

/** Shorter than the default of an agent, because a demo is short. */
const ALERTS = { intervalMs: 1_000 };

/** Serves the pods of the demo like an agent, on a free loopback port; returns a function that stops it. */
export async function serveDemo(
  driver: Driver,
  { dataDir }: DemoPlace,
  { report, logger }: { readonly report: Report; readonly logger: Logger },
): Promise<() => Promise<void>> {
  const server = await createServer(driver, {
    dataDir,
    listen: { host: '127.0.0.1', port: 0 },
    socketPath: false,
    alerts: ALERTS,
    logger,
  });
  const token = (await readFile(server.tokenPath, 'utf8')).trim();
  const url = server.url?.replace(/\/$/, '') ?? '';
  report({ type: 'note', message: `The dashboard is at ${url}/` });
  report({ type: 'note', message: `The dashboard with stop and destroy buttons: ${url}/#token=${token}` });
  return () => server.close();
}

export type ServeDemo = typeof serveDemo;
