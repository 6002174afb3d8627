import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

const run = promisify(execFile);

/** Serves a driver from a process of its own, asks for two pages, and prints what Node has loaded after each. */
const PROGRAM = `
const { get } = await import('node:http');
const hasFetch = () => process.moduleLoadList.some((name) => name.includes('undici/undici'));
// From Node 22 on, node:http exports WebSocket, and so loads all of it.
const comesWithHttp = hasFetch();
const { createDriver } = await import(process.argv[1] + '/dist/index.js');
const { createServer } = await import(process.argv[1] + '/dist/server/index.js');
const dataDir = process.argv[2];
const driver = createDriver({ dataDir, rkt: 'embedded', rktDir: dataDir + '/rkt' });
const metrics = (accept) => ({ contentType: 'text/plain', body: 'accepted ' + accept + '\\n' });
const server = await createServer(driver, {
  dataDir, metrics, socketPath: false, listen: { host: '127.0.0.1', port: 0 },
});
const ask = (path, headers = {}) => new Promise((resolve, reject) => {
  get(server.url + path, { headers: { accept: 'text/*', ...headers } }, async (answer) => {
    const body = Buffer.concat(await answer.toArray()).toString();
    const loads = hasFetch() && !comesWithHttp;
    resolve({ status: answer.statusCode, headers: answer.headers, body, loads, comesWithHttp });
  }).on('error', reject);
});
const answers = [
  await ask('/metrics'), await ask('/metrics?x=1', { host: 'evil.test' }), await ask('/metricsx'), await ask('/v1/health'),
];
await server.close();
await driver.shutdown();
console.log(JSON.stringify(answers));
process.exit();
`;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** It has loaded what the API needs of Node. */
  readonly loads: boolean;
  readonly comesWithHttp: boolean;
}

describe('GET /metrics', () => {
  let answers: readonly Answer[];
  before(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-test-scrape-'));
    try {
      const args = ['--input-type=module', '--eval', PROGRAM, process.cwd(), dataDir];
      const { stdout } = await run(process.execPath, args);
      answers = JSON.parse(stdout) as readonly Answer[];
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('is answered without loading the API', () => {
    const [scrape, foreign, , health] = answers;
    expect(scrape).to.include({ status: 200, body: 'accepted text/*\n', loads: false });
    expect(foreign?.loads).to.equal(false);
    expect(health).to.include({ status: 200, loads: health?.comesWithHttp === false });
  });

  it('has the headers that every answer has', () => {
    const [scrape, , , health] = answers;
    const common = ([name]: readonly [string, string]): boolean =>
      /^(x-|referrer|cross-origin|content-security|cache)/.test(name);
    const headersOf = (answer: Answer | undefined) => Object.entries(answer?.headers ?? {}).filter(common);
    expect(headersOf(scrape)).to.have.deep.members(headersOf(health));
  });

  it('is refused to a foreign host as everything else', () => {
    const [, foreign] = answers;
    expect(foreign?.status).to.equal(403);
    expect(JSON.parse(foreign?.body ?? '')).to.have.nested.property('error.code', 'RKT_ERR_FORBIDDEN');
  });

  it('is no prefix of other paths', () => {
    expect(answers[2]?.status).to.equal(404);
  });
});
