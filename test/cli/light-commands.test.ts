import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { expect } from 'chai';

import { PLUGIN_VERSION, VERSION_HEADER } from '../../src/model/agent-version.ts';
import { startCli } from '../support/cli-process.ts';
import { runProgram } from '../support/program.ts';
import { fakeAgent, type FakeAgent } from '../support/fake-agent.ts';
import { aTaskStatus } from '../support/task-statuses.ts';

/** Loading any of these takes longer than asking an agent. */
const HEAVY =
  /\/driver\.[jt]s$|\/node_modules\/(?:zod|rxjs|ink|react|hono|execa|systeminformation|string-width)\//;

describe('a command that an agent answers', function () {
  this.timeout(60_000);
  let agent: FakeAgent;
  let coverage: string;
  before(async () => {
    agent = await fakeAgent();
    coverage = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    agent.answer = (request, response) => {
      response.setHeader(VERSION_HEADER, PLUGIN_VERSION);
      if (request.method === 'GET') response.end(JSON.stringify({ tasks: [aTaskStatus('web', { pid: 7 })] }));
      else response.writeHead(204).end();
    };
  });
  after(async () => {
    await agent.close();
    rmSync(coverage, { recursive: true });
  });

  const lines = [
    'ps',
    'ps -a --filter name=we --format {{.ID}}',
    'ps --json',
    'inspect web',
    'inspect --format {{.State.Status}} web',
    'stop web',
    'kill web',
    'signal web HUP',
    'rm -f web',
  ];
  lines.forEach((line, at) => {
    it(`loads neither driver nor schemas nor streams: ${line}`, async () => {
      const directory = join(coverage, String(at));
      const { exitCode, stdout, stderr } = await startCli(line.split(' '), {
        env: { RKT_STREAMS_DATA_DIR: dirname(agent.socketPath), NODE_V8_COVERAGE: directory },
      }).ended;
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      expect(stdout).to.not.equal('');
      const loaded = loadedFiles(directory);
      expect(loaded.filter((url) => /\/cli\/program\.js$/.test(url))).to.have.length(1);
      expect(loaded.filter((url) => HEAVY.test(url))).to.deep.equal([]);
    });
  });

  it('is in few files once it is built, and needs none of the driver', async () => {
    const directory = join(coverage, 'built');
    const { exitCode, stdout } = await runProgram(process.execPath, ['dist/programs/rkt-streams.js', 'ps'], {
      env: { RKT_STREAMS_DATA_DIR: dirname(agent.socketPath), NODE_V8_COVERAGE: directory },
    });
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('web');
    const names = loadedFiles(directory)
      .filter((url) => url.startsWith('file:'))
      .map((url) => basename(url));
    expect(names).to.include('light.js').and.to.have.length.below(10);
    expect(names).to.not.include('with-driver.js');
  });
});

/** The files that Node has loaded, from its record of what has run. */
function loadedFiles(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    return result.map(({ url }) => url);
  });
}
