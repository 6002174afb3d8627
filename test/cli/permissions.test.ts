import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createLogger } from '../../src/cli/log.ts';
import { createDriver } from '../../src/index.ts';
import { startCli, type CliResult } from '../support/cli-process.ts';
import { requires, skipFor } from '../support/requirements.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const COMMANDS = {
  ps: [],
  'ps --watch': [],
  stats: ['--once'],
  events: [],
  inspect: ['web'],
  logs: ['web'],
  'logs --follow': ['web'],
  wait: ['web'],
  stop: ['web'],
  rm: ['web'],
  signal: ['web', 'SIGTERM'],
  exec: ['web', '--', '/bin/true'],
  run: ['/nowhere.aci'],
  fingerprint: [],
};

describe('a user without rights on the data directory', function () {
  let base = '';
  let dataDir = '';
  let server: Server | undefined;

  before(function () {
    requires(this, 'root');
    const probe = `test -r "${import.meta.filename}" && exec "${process.execPath}" -e 0`;
    if (spawnSync('sh', ['-c', probe], NOBODY).status !== 0)
      skipFor(this, 'root', 'the checkout is out of reach for others');
  });
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'rkt-streams-rights-'));
    chmodSync(base, 0o755);
    dataDir = join(base, 'data');
    mkdirSync(join(dataDir, 'state'), { recursive: true });
    writeFileSync(join(dataDir, 'state', 'web.json'), '{}', { mode: 0o600 });
  });
  afterEach(() => {
    server?.close();
    server = undefined;
    rmSync(base, { recursive: true, force: true });
  });

  const asNobody = (...args: readonly string[]): Promise<CliResult> =>
    startCli(args, {
      ...NOBODY,
      cwd: base,
      env: {
        HOME: base,
        RKT_STREAMS_DATA_DIR: dataDir,
        RKT_STREAMS_RKT_DIR: join(base, 'rkt'),
      },
    }).ended;
  const expectRefusal = ({ exitCode, stdout, stderr }: CliResult, path: string, mode: string): void => {
    expect(stderr.trimEnd().split('\n')).to.have.length(1);
    expect(stderr).to.match(/^rkt-streams: RKT_ERR_PERMISSION: /);
    expect(stderr).to.contain(`user nobody may not access ${path} (owner root, group root, mode ${mode})`);
    expect(stderr).to.contain('only root may. Run this as root');
    expect([stdout, exitCode === 0]).to.deep.equal(['', false]);
  };

  for (const [command, args] of Object.entries(COMMANDS)) {
    it(`gets one line from ${command}`, async () => {
      chmodSync(join(dataDir, 'state'), 0o700);
      expectRefusal(await asNobody(...command.split(' '), ...args), join(dataDir, 'state'), '0700');
    });
  }

  it('gets the name of the directory that an agent locks', async () => {
    expectRefusal(await asNobody('agent', '--listen', 'none'), dataDir, '0755');
  });

  it('gets the name of the directory above, where that one is in the way', async () => {
    chmodSync(dataDir, 0o700);
    expectRefusal(await asNobody('ps'), dataDir, '0700');
    expectRefusal(await asNobody('ps', '--no-agent'), dataDir, '0700');
  });

  it('sees no table without the tasks of others', async () => {
    expectRefusal(await asNobody('ps'), join(dataDir, 'state', 'web.json'), '0600');
    // The token comes first.
    expectRefusal(await asNobody('agent', '--listen', 'none'), dataDir, '0755');
  });

  it('gets the name of the socket of an agent that runs for others', async () => {
    const socket = join(dataDir, 'agent.sock');
    server = createServer().listen(socket);
    chmodSync(socket, 0o600);
    expectRefusal(await asNobody('ps'), socket, '0600');
  });

  it('gets the code in JSON', async () => {
    chmodSync(join(dataDir, 'state'), 0o700);
    const { stderr } = await asNobody('ps', '--json');
    expect(JSON.parse(stderr)).to.have.nested.property('error.code', 'RKT_ERR_PERMISSION');
  });

  it('gets the same from every op of the library', async () => {
    chmodSync(join(dataDir, 'state'), 0o700);
    const driver = createDriver({ dataDir, logger: createLogger({ json: false, logLevel: 'error' }) });
    process.seteuid?.(NOBODY.uid);
    try {
      const ops = [
        driver.recoverTasks(),
        driver.startTask({ id: 'web', config: { image: '/nowhere.aci' } }),
        driver.stopTask('web'),
        driver.destroyTask('web'),
        driver.signalTask('web', 'SIGTERM'),
        driver.execTask('web', ['/bin/true']),
      ];
      for (const op of ops) {
        const error = await op.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.have.property('code', 'RKT_ERR_PERMISSION');
      }
    } finally {
      process.seteuid?.(0);
      await driver.shutdown();
    }
  });
});
