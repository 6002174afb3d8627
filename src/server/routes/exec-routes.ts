import { createRoute, z } from '@hono/zod-openapi';

import { EXEC_PROTOCOL, TICKET_PROTOCOL } from '../../model/exec-protocol.ts';
import { httpError } from '../error-body.ts';
import type { ExecTickets } from '../exec/exec-tickets.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { FAILURES, json, routes, taskParams } from './define.ts';

const ticketSchema = z
  .strictObject({
    ticket: z.string(),
    validMs: z.number().int().openapi({ description: 'How long it is valid' }),
  })
  .openapi('ExecTicket');

const issueTicket = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/exec/ticket',
  operationId: 'issueExecTicket',
  summary: 'A ticket for one WebSocket of an exec, for a browser',
  description: `A WebSocket of a browser cannot send the token. It names the subprotocol \`${TICKET_PROTOCOL}\` with the ticket appended, beside \`${EXEC_PROTOCOL}\`. A ticket is valid once, for this task.`,
  request: { params: taskParams },
  responses: { 201: json(ticketSchema, 'The ticket.'), 401: FAILURES[401], 404: FAILURES[404] },
});
const openExec = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}/exec/stream',
  operationId: 'openExec',
  summary: 'A WebSocket that runs a command in a task, optionally in a terminal',
  description: `Needs the token or a ticket, and the subprotocol \`${EXEC_PROTOCOL}\`; docs/api.md describes its messages.`,
  request: { params: taskParams },
  responses: {
    101: { description: 'The WebSocket is open.' },
    401: FAILURES[401],
    403: FAILURES[403],
    426: { ...FAILURES[400], description: 'The request is none for a WebSocket.' },
  },
});

/** What HTTP has to do with an exec over a WebSocket; `exec/` serves the rest. */
export function execRoutes({ driver }: ServerContext, tickets: ExecTickets): ServerRoutes {
  const app = routes();
  app.openapi(issueTicket, (c) => {
    const { id } = c.req.valid('param');
    driver.inspectTask(id);
    return c.json(tickets.issue(id, c.var.caller), 201);
  });
  app.openapi(openExec, () => {
    throw httpError('RKT_ERR_REQUEST', 'An exec is opened as a WebSocket (Upgrade: websocket)', 426);
  });
  return app;
}
