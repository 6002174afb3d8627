import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { z } from 'zod';

import { agentSettings, agentSettingsSchema } from '../../../src/cli/agent/agent-settings.ts';
import { defaultConfigPath } from '../../../src/cli/default-config.ts';
import { parseJsonc } from '../../../src/cli/jsonc-file.ts';
import { sampleConfig } from '../../../src/cli/service/sample-config.ts';
import { AGENT_SAMPLE, COMMON_SAMPLE } from '../../../src/cli/service/sample-values.ts';
import { loadSettings, settingsSchema } from '../../../src/cli/settings.ts';
import { parseAlertConfig } from '../../../src/server/alerts/alert-rules.ts';
import { parseLines, startCli } from '../../support/cli-process.ts';

const SAMPLE = sampleConfig();
const UNCOMMENTED = SAMPLE.replaceAll(/^( *)\/\/(?! )/gm, '$1');

describe('the sample configuration', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-config-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const load = async (text: string): Promise<ReturnType<typeof loadSettings>> => {
    const config = join(directory, 'config.jsonc');
    await writeFile(config, text);
    return loadSettings({ flags: { config }, env: {}, cwd: '/' });
  };

  it('has every setting once, with a comment and a value', () => {
    const keys = Object.keys(settingsSchema.shape).filter((key) => key !== 'server');
    expect(COMMON_SAMPLE.map(({ key }) => key)).to.have.members(keys);
    expect(AGENT_SAMPLE.map(({ key }) => key)).to.have.members(Object.keys(agentSettingsSchema.shape));
    for (const { key, value, help } of [...COMMON_SAMPLE, ...AGENT_SAMPLE])
      expect([key, value === undefined, help === '']).to.deep.equal([key, false, false]);
  });

  it('changes nothing as it is', async () => {
    const settings = await load(SAMPLE);
    expect(settings).to.deep.equal(settingsSchema.parse({}));
    expect(agentSettings(settings.server, {}, '/')).to.deep.equal(agentSettings({}, {}, '/'));
  });

  it('is valid with every setting', async () => {
    const settings = await load(UNCOMMENTED);
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(parseJsonc(UNCOMMENTED)))).to.have.length(
      COMMON_SAMPLE.length + 1,
    );
    expect(Object.keys(settings.server)).to.deep.equal(AGENT_SAMPLE.map(({ key }) => key));
    expect(parseAlertConfig(agentSettings(settings.server, {}, '/').alerts).receivers).to.have.length(3);
  });

  it('contains defaults where there are some', () => {
    const common: Readonly<Record<string, unknown>> = settingsSchema.parse({});
    const { listen: _listen, ...agent } = agentSettings({}, {}, '/');
    for (const [samples, defaults] of [
      [COMMON_SAMPLE, common],
      [AGENT_SAMPLE, agent as Readonly<Record<string, unknown>>],
    ] as const)
      for (const { key, value } of samples)
        if (defaults[key] !== undefined && !['allowedHosts', 'logMaxSize'].includes(key))
          expect([key, value]).to.deep.equal([key, defaults[key]]);
  });
});

describe('the config file', () => {
  for (const [text, place] of [
    ['{\n  "rkt": "auto"\n  "host": "x"\n}', 'line 3, column 3: a comma is missing'],
    ['{"rkt": }', 'line 1, column 9: a value is missing'],
    ['{"token": "s3cret', 'line 1, column 11: a string is not closed'],
    ['/* open', 'line 1, column 1: a comment is not closed'],
    ['', 'line 1, column 1: a value is missing'],
  ] as const)
    it(`names line and column of the fault in ${JSON.stringify(text)}`, () => {
      expect(() => parseJsonc(text))
        .to.throw(SyntaxError)
        .with.property('message')
        .which.satisfies((message: string) => message === place && !message.includes('s3cret'));
    });

  it('can have comments, trailing commas and a byte order mark', () => {
    expect(parseJsonc('\uFEFF{ // one\n "a": [1,], /* two */ }')).to.deep.equal({ a: [1] });
  });

  it('is that of the machine for root, else that of the user', () => {
    expect(defaultConfigPath({}, 0)).to.equal('/etc/rkt-streams/config.jsonc');
    expect(defaultConfigPath({ XDG_CONFIG_HOME: '/x' }, 1_000)).to.equal('/x/rkt-streams/config.jsonc');
    expect(defaultConfigPath({ XDG_CONFIG_HOME: '' }, 1_000)).to.match(
      /\/\.config\/rkt-streams\/config\.jsonc$/,
    );
  });

  it('is the default one unless another, or none, is named', () => {
    const rkt = (flags: object, env = {}): unknown => {
      try {
        return loadSettings({ flags: { ...flags }, env, cwd: '/', defaultConfig: '/nowhere/c.jsonc' }).rkt;
      } catch (error) {
        return String(error);
      }
    };
    expect(rkt({})).to.include('/nowhere/c.jsonc');
    expect(rkt({ config: 'none' })).to.equal('auto');
    expect(rkt({}, { RKT_STREAMS_CONFIG: 'none' })).to.equal('auto');
    expect(rkt({ config: 'other' })).to.include('/other');
  });
});

describe('rkt-streams agent config', function () {
  this.timeout(60_000);
  let config = '';
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-config-'));
    config = join(directory, 'c.jsonc');
    const receivers = [
      { name: 'hook', type: 'webhook', url: 'https://example.com/T0KEN', headers: { a: 'S3CRET' } },
    ];
    const server = { listen: '1', requireToken: true, intervalMs: 500, alerts: { receivers } };
    await writeFile(config, JSON.stringify({ rktTimeoutMs: 1_000, dataDir: 'data', server }));
  });
  after(() => rm(directory, { recursive: true }));

  it('show prints each setting with its source, and no secrets', async () => {
    const words = [
      '--json',
      '--config',
      config,
      '--rkt-timeout-ms',
      '3',
      'agent',
      'config',
      'show',
      '--listen',
      '2',
    ];
    const env = {
      RKT_STREAMS_RKT_TIMEOUT_MS: '2',
      RKT_STREAMS_LOG_LEVEL: 'error',
      RKT_STREAMS_REQUIRE_TOKEN: 'no',
    };
    const { exitCode, stdout, stderr } = await startCli(words, { env }).ended;
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.not.match(/T0KEN|S3CRET/);
    const rows = new Map(parseLines(stdout).map(({ key, value, source }) => [key, [value, source]]));
    expect(rows.get('rktTimeoutMs')).to.deep.equal([3, 'flag']);
    expect(rows.get('logLevel')).to.deep.equal(['error', 'variable']);
    expect(rows.get('dataDir')).to.deep.equal([join(directory, 'data'), 'file']);
    expect(rows.get('rktConcurrency')).to.deep.equal([4, 'default']);
    expect(rows.get('server.listen')).to.deep.equal(['2', 'flag']);
    expect(rows.get('server.requireToken')).to.deep.equal([false, 'variable']);
    expect(rows.get('server.intervalMs')).to.deep.equal([500, 'file']);
    expect(rows.get('server.dashboard')).to.deep.equal([true, 'default']);
    expect(rows.get('server.socket')).to.deep.equal([undefined, 'default']);
    expect(JSON.stringify(rows.get('server.alerts'))).to.include('"url":"https://example.com/…"');
  });

  it('check accepts a valid file, and names what is wrong in another', async () => {
    const good = await startCli(['agent', 'config', 'check', config]).ended;
    expect([good.exitCode, good.stdout, good.stderr]).to.deep.equal([0, `${config} is valid\n`, '']);
    const bad = join(directory, 'bad.jsonc');
    const receivers = [{ name: 'hook', type: 'webhook', url: { file: '/nowhere/url' } }];
    for (const [text, what] of [
      [JSON.stringify({ server: { alerts: { receivers } } }), '/nowhere/url'],
      [JSON.stringify({ server: { alerts: { rules: [{ name: 'x', on: 'y' }] } } }), 'alerts.rules'],
      ['{"server": {"listen": "a:b"}}', 'server.listen'],
      ['{"rkts": 1}', 'rkts in '],
      ['{\n"rkt" 1}', 'line 2, column 7'],
    ] as const) {
      await writeFile(bad, text);
      const { exitCode, stderr } = await startCli(['agent', 'config', 'check', bad]).ended;
      expect([exitCode, stderr.includes(what), stderr]).to.deep.equal([2, true, stderr]);
    }
  });

  it('sample prints the sample', async () => {
    const { exitCode, stdout } = await startCli(['agent', 'config', 'sample']).ended;
    expect([exitCode, stdout]).to.deep.equal([0, SAMPLE]);
  });
});
