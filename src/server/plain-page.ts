import { Hono } from 'hono';
import { html } from 'hono/html';

import { coreShareText } from '../model/core-share-text.ts';
import { exitText } from '../model/exit-text.ts';
import { memoryLimitOf } from '../model/headline.ts';
import { printable } from '../model/printable.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { MIB } from '../model/units.ts';
import type { RecentHistory } from './history/recent-history.ts';
import { presentValue } from './present-value.ts';
import type { ServerContext, ServerEnv } from './server-context.ts';

/** Where a browser without JavaScript is sent; below /v1, so that it needs the token where reads do. */
const PLAIN_PAGE = '/v1/overview.html';
const REFRESH_S = 10;
/** Older values are no longer what a task uses. */
const RECENT_MS = 20_000;
const NOTHING = '–';

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** The tasks as a table that any browser shows: with their alerts first; with `?refresh=on` loaded again every ten seconds. */
export function plainPage({ driver, history, alerts }: ServerContext): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  app.get(PLAIN_PAGE, async (c) => {
    const nowMs = Date.now();
    const tasks = await presentValue(driver.tasks());
    const rulesOf = new Map<string, readonly string[]>();
    for (const { taskId, rule } of alerts.active()) {
      rulesOf.set(taskId, [...(rulesOf.get(taskId) ?? []), rule]);
    }
    const recent = history.recent(nowMs, RECENT_MS);
    const rows = tasks.map((status) => ({ status, rules: rulesOf.get(status.id) ?? [] }));
    rows.sort(
      (a, b) =>
        Number(b.rules.length > 0) - Number(a.rules.length > 0) || a.status.name.localeCompare(b.status.name),
    );
    const lines = rows.map((row) => line(row, recent.tasks[row.status.id], nowMs));
    c.header('Content-Security-Policy', POLICY);
    c.header('Cache-Control', 'no-store');
    return c.html(page(lines, new Date(nowMs), c.req.query('refresh') === 'on'));
  });
  return app;
}

interface Row {
  readonly status: TaskStatus;
  /** Of its active alerts. */
  readonly rules: readonly string[];
}

function page(lines: readonly unknown[], now: Date, isRefreshing: boolean) {
  const heads = ['Task', 'Job', 'Id', 'State', 'Alerts', 'Image', 'CPU', 'Memory', 'Uptime', 'Exit'];
  const table = html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${lines}
    </tbody>
  </table>`;
  const empty = html`<p>
    No tasks yet. Start one on this machine: <code>rkt-streams run --detach --id hello IMAGE</code>
  </p>`;
  // Nothing reloads under a reader who has not asked for it.
  const refresh = isRefreshing ? html`<meta http-equiv="refresh" content="${REFRESH_S}" />` : '';
  const choice = isRefreshing
    ? html`loaded again every ${REFRESH_S} seconds, <a href="overview.html">stop</a>.`
    : html`<a href="overview.html?refresh=on">load again every ${REFRESH_S} seconds</a>.`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refresh}
        <title>Tasks – rkt-streams</title>
        <link rel="stylesheet" href="../assets/theme.css" />
        <link rel="stylesheet" href="../assets/plain.css" />
      </head>
      <body class="plain">
        <main>
          <h1>Tasks</h1>
          <p>
            ${lines.length} at ${now.toISOString().slice(11, 19)} UTC; ${choice} With JavaScript,
            <a href="../">the dashboard</a> is live.
          </p>
          ${lines.length === 0 ? empty : table}
        </main>
      </body>
    </html>`;
}

function line({ status, rules }: Row, recent: RecentHistory['tasks'][string] | undefined, nowMs: number) {
  const isRunning = status.state === 'running';
  const cores = isRunning ? lastOf(recent?.cpuCores) : undefined;
  const bytes = isRunning ? lastOf(recent?.workingSetBytes) : undefined;
  const limit = memoryLimitOf(undefined, status);
  const memory = `${mibText(bytes)}${limit === undefined ? '' : ` of ${mibText(limit)}`}`;
  const cells = [
    status.jobName ?? NOTHING,
    status.id,
    status.phase,
    rules.length === 0 ? NOTHING : rules.join(', '),
    status.image,
    coreShareText(cores),
    bytes === undefined ? NOTHING : memory,
    uptimeText(status, nowMs),
    exitText(status.exitResult, NOTHING),
  ];
  return html`<tr class="${rules.length > 0 ? 'has-alert' : ''}">
    <th scope="row"><bdi>${printable(status.name)}</bdi></th>
    ${cells.map((text) => html`<td><bdi>${printable(text)}</bdi></td>`)}
  </tr>`;
}

function lastOf(column: readonly (number | null)[] | undefined): number | undefined {
  return column?.findLast((value) => value !== null) ?? undefined;
}

function mibText(bytes: number | undefined): string {
  return bytes === undefined ? NOTHING : `${(bytes / MIB).toFixed(1)} MiB`;
}

/** `2d 3h`, `3h 04m`, `4m 05s`: how long it runs, or ran. */
function uptimeText({ startedAtMs, completedAtMs, state }: TaskStatus, nowMs: number): string {
  const endMs = completedAtMs ?? (state === 'running' ? nowMs : undefined);
  if (startedAtMs === undefined || endMs === undefined) return NOTHING;
  const seconds = Math.max(0, Math.floor((endMs - startedAtMs) / 1_000));
  const [minutes, hours, days] = [60, 3_600, 86_400].map((length) => Math.floor(seconds / length));
  if ((days ?? 0) > 0) return `${days}d ${(hours ?? 0) % 24}h`;
  if ((hours ?? 0) > 0) return `${hours}h ${(minutes ?? 0) % 60}m`;
  return (minutes ?? 0) > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}
