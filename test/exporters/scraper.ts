import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import type { PrometheusExporter } from '../../src/exporters/prometheus/index.ts';

/** One series of the answer to a query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus that scrapes an exporter every second. */
export interface Scraper {
  query(expression: string): Promise<readonly Sample[]>;
  /** Of its own API, without `/api/v1/`. */
  get(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Serves the exporter on loopback the way an agent does, and starts a Prometheus in a directory of its own. */
export async function openScraper(exporter: PrometheusExporter, rules: string): Promise<Scraper> {
  const page = createServer((request, response) => {
    const { contentType, body } = exporter.render(request.headers.accept);
    response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  const prometheus = await openPrometheus({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      { job_name: 'rkt-streams', static_configs: [{ targets: [`127.0.0.1:${portOf(page)}`] }] },
    ],
  });
  return {
    ...prometheus,
    async close() {
      await prometheus.close();
      page.close();
      page.closeAllConnections();
      await once(page, 'close');
    },
  };
}

/** Where a Prometheus runs, and how it is asked there. */
export interface ScraperPlace {
  /** What has to stand before a command. */
  readonly enter: readonly string[];
  readonly fetch: (url: string) => Promise<{ readonly status: number; readonly text: string }>;
}

const HERE: ScraperPlace = {
  enter: [],
  fetch: async (url) => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  },
};

/** Starts a Prometheus with this configuration in a directory of its own. */
export async function openPrometheus(config: object, place: ScraperPlace = HERE): Promise<Scraper> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-prometheus-'));
  // JSON is YAML.
  await writeFile(join(base, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const [program, ...words] = [...place.enter, 'prometheus'];
  const prometheus = spawn(
    program,
    [
      ...words,
      `--config.file=${join(base, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(base, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: base },
  );
  const ended = once(prometheus, 'exit');
  const complaints = text(prometheus.stderr);
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    prometheus.kill('SIGTERM');
    await ended;
    await rm(base, { recursive: true });
  };
  try {
    const isReady = async (): Promise<boolean> => {
      if (prometheus.exitCode !== null) throw new Error(`Prometheus has ended: ${await complaints}`);
      return (await place.fetch(`${url}/-/ready`).catch(() => undefined))?.status === 200;
    };
    await eventually('Prometheus is ready', isReady);
  } catch (error) {
    await close();
    throw error;
  }
  const get = async (path: string): Promise<unknown> => {
    const { status, text: body } = await place.fetch(`${url}/api/v1/${path}`);
    const answer = JSON.parse(body) as { data?: unknown; error?: string };
    if (answer.data === undefined) throw new Error(`${path}: ${answer.error ?? status}`);
    return answer.data;
  };
  return {
    get,
    close,
    async query(expression) {
      const { result } = (await get(`query?${new URLSearchParams({ query: expression }).toString()}`)) as {
        result: readonly { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
  };
}

/** Scrapes take seconds, and more on a machine that is busy. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(100);
  }
}

function portOf(server: { address(): string | AddressInfo | null }): number {
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
