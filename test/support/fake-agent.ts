import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A request as an agent gets it. */
export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
}

/** Something that listens where an agent would, and says what a test wants. */
export interface FakeAgent {
  readonly socketPath: string;
  readonly seen: readonly SeenRequest[];
  /** What the next requests are answered with. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
}

export async function fakeAgent(): Promise<FakeAgent> {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-agent-'));
  const socketPath = join(directory, 'agent.sock');
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        seen.push({ method: request.method, url: request.url, body });
        agent.answer(request, response);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const agent: FakeAgent = {
    socketPath,
    seen,
    answer: (_, response) => response.end('{"tasks":[]}'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
  return agent;
}

/** Answers with JSON. */
export function answers(status: number, body: unknown): FakeAgent['answer'] {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 204 ? undefined : JSON.stringify(body));
  };
}

/** Answers with frames of a stream, which then stays open unless it is to `end` or to be `cut`. */
export function streams(
  frames: readonly (readonly [event: string, data: unknown])[],
  then: 'stay' | 'end' | 'cut' = 'stay',
): FakeAgent['answer'] {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 2000\n\n');
    const all = frames.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    response.write(all.join(''), () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };
}
