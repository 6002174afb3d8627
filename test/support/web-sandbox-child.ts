import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';

/** What a file `PATH.answer` beside a file says of its answer. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The only scheme that has the file. */
  readonly scheme?: string;
}

// Serves ROOT/HOST/PATH on the ports 80 and 443, and appends a line for each request to ROOT/requests.log.
const [root = '', key = '', cert = ''] = process.argv.slice(2);

function answer(scheme: string, request: IncomingMessage, response: ServerResponse): void {
  const { host = '', authorization } = request.headers;
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  appendFileSync(
    join(root, 'requests.log'),
    `${scheme}://${host}${request.url ?? ''}${authorization === undefined ? '' : ` ${authorization}`}\n`,
  );
  const file = join(root, host, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
  const said = existsSync(`${file}.answer`)
    ? (JSON.parse(readFileSync(`${file}.answer`, 'utf8')) as Answer)
    : {};
  const isHere = existsSync(file) && (said.scheme ?? scheme) === scheme;
  if (!isHere && said.status === undefined) {
    response.writeHead(404).end('not here');
    return;
  }
  if (said.headers?.['etag'] !== undefined && said.headers['etag'] === request.headers['if-none-match']) {
    response.writeHead(304, said.headers).end();
    return;
  }
  response.writeHead(said.status ?? 200, said.headers).end(existsSync(file) ? readFileSync(file) : '');
}

const plain = createServer((request, response) => answer('http', request, response));
const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) =>
  answer('https', request, response),
);
plain.listen(80, '127.0.0.1', () => tls.listen(443, '127.0.0.1', () => process.stdout.write('ready\n')));
