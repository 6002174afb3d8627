import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { getPath } from 'hono/utils/url';

import { RktError } from '../model/rkt-error.ts';
import { answerHeaders } from './answer-headers.ts';
import { alertRoutes } from './alerts/alert-routes.ts';
import type { ServerContext, ServerEnv, ServerRoutes } from './server-context.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { answerError } from './error-answers.ts';
import { docsRoutes } from './docs/docs-routes.ts';
import type { ExecTickets } from './exec/exec-tickets.ts';
import { guard } from './guard.ts';
import { requestLog } from './request-log.ts';
import { plainPage } from './plain-page.ts';
import { historyRoutes } from './history/history-routes.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { logLineRoutes } from './routes/log-line-routes.ts';
import { execRoutes } from './routes/exec-routes.ts';
import { logPieceRoutes } from './routes/log-piece-routes.ts';
import { logRoutes } from './routes/log-routes.ts';
import { machineRoutes } from './routes/machine-routes.ts';
import { replayRoutes } from './replay/replay-routes.ts';
import { silenceRoutes } from './alerts/silence-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { streamRoutes } from './routes/stream-routes.ts';
import { taskRoutes } from './routes/task-routes.ts';

/** Headers that a route may set by itself. */
const OWN: ReadonlySet<string> = new Set(['Content-Security-Policy', 'Cache-Control']);

/** Everything that the server answers, on all its addresses. */
export function createApp(ctx: ServerContext, tickets: ExecTickets): ServerRoutes {
  const { settings, logger, version } = ctx;
  const app = new OpenAPIHono<ServerEnv>({ getPath: pathBelow(settings.basePath) });
  app.onError((error, c) => answerError(c, error, logger));
  app.notFound((c) =>
    answerError(c, new RktError('RKT_ERR_ROUTE', `There is no ${c.req.method} ${c.req.path}`), logger),
  );
  app.use(commonHeaders(version));
  app.use(requestLog(logger));
  app.use(guard(ctx));
  const logParts = [logRoutes, logLineRoutes, logPieceRoutes];
  const parts = [
    machineRoutes,
    taskRoutes,
    ...logParts,
    streamRoutes,
    historyRoutes,
    ...[alertRoutes, silenceRoutes],
    auditRoutes,
    replayRoutes,
  ];
  parts.forEach((part) => app.route('/', part(ctx)));
  app.route('/', sessionRoutes(ctx));
  app.route('/', execRoutes(ctx, tickets));
  if (settings.metrics !== undefined) {
    const render = settings.metrics;
    app.get('/metrics', (c) => {
      const { contentType, body } = render(c.req.header('accept'));
      return c.body(body, 200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
    });
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  const about = {
    openapi: '3.1.0',
    info: {
      title: 'rkt-streams agent',
      version,
      description:
        'The tasks of rkt and their events. Over TCP, every request that changes something needs the token.',
      license: { name: 'MPL-2.0', url: 'https://www.mozilla.org/MPL/2.0/' },
    },
    servers: [{ url: settings.basePath === '' ? '/' : settings.basePath }],
    security: [{ token: [] }, {}],
  };
  app.doc31('/v1/openapi.json', about);
  app.route(
    '/',
    docsRoutes(() => app.getOpenAPI31Document(about)),
  );
  if (settings.dashboard) {
    app.route('/', plainPage(ctx));
    app.route('/', dashboardRoutes(settings.basePath));
  }
  return app;
}

/** The path of a request below the base path; some servers have taken that off already. */
function pathBelow(basePath: string): (request: Request) => string {
  return (request) => {
    const path = getPath(request);
    const below = path.startsWith(basePath) ? path.slice(basePath.length) : path;
    if (below === '') return '/';
    return below.startsWith('/') ? below : path;
  };
}

function commonHeaders(version: string): MiddlewareHandler<ServerEnv> {
  const all = Object.entries(answerHeaders(version));
  return async (c, next) => {
    await next();
    if (c.env.outgoing?.headersSent === true) return;
    const { headers } = c.res;
    all.forEach(([name, value]) => {
      if (!OWN.has(name) || !headers.has(name)) headers.set(name, value);
    });
  };
}
