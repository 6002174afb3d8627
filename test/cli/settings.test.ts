import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { GLOBAL_OPTIONS, flagOf, variableOf } from '../../src/cli/global-options.ts';
import { loadSettings, settingsSchema, type Settings } from '../../src/cli/settings.ts';
import { expectRktError } from '../support/errors.ts';

interface Row {
  readonly what: string;
  readonly flags?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly file?: unknown;
}

describe('loadSettings', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const load = ({ flags = {}, env = {}, file }: Row): Settings => {
    if (file === undefined) return loadSettings({ flags, env, cwd: '/start' });
    const config = join(dir, 'config.json');
    writeFileSync(config, typeof file === 'string' ? file : JSON.stringify(file));
    return loadSettings({ flags: { config, ...flags }, env, cwd: '/start' });
  };

  const good: readonly (Row & { readonly gives: Partial<Settings> })[] = [
    { what: 'the defaults', gives: { rkt: 'auto', json: false, logLevel: 'warn', volumesEnabled: true } },
    { what: 'a file', file: { rkt: 'a', rktConcurrency: 2 }, gives: { rkt: 'a', rktConcurrency: 2 } },
    {
      what: 'a variable over the file',
      file: { rkt: 'a', killTimeoutMs: 1 },
      env: { RKT_STREAMS_RKT: 'b' },
      gives: { rkt: 'b', killTimeoutMs: 1 },
    },
    {
      what: 'a flag over a variable and the file',
      file: { rkt: 'a' },
      env: { RKT_STREAMS_RKT: 'b' },
      flags: { rkt: 'c' },
      gives: { rkt: 'c' },
    },
    { what: 'numbers in a variable', env: { RKT_STREAMS_RKT_TIMEOUT_MS: '5' }, gives: { rktTimeoutMs: 5 } },
    { what: 'numbers in a flag', flags: { rktTimeoutMs: '5' }, gives: { rktTimeoutMs: 5 } },
    { what: '0 as false', env: { RKT_STREAMS_JSON: '0' }, gives: { json: false } },
    { what: 'yes as true', env: { RKT_STREAMS_JSON: 'YES' }, gives: { json: true } },
    { what: 'a flag without a value', flags: { json: true }, gives: { json: true } },
    { what: 'false in a flag', flags: { volumesEnabled: 'false' }, gives: { volumesEnabled: false } },
    { what: 'an empty variable as none', env: { RKT_STREAMS_RKT: '' }, gives: { rkt: 'auto' } },
    { what: 'variables of others', env: { RKT_STREAMS_NODE: 'x', HOME: '/' }, gives: { rkt: 'auto' } },
    { what: 'a path relative to here', flags: { dataDir: 'd' }, gives: { dataDir: '/start/d' } },
    { what: 'a path in a variable', env: { RKT_STREAMS_RKT_DIR: '../r' }, gives: { rktDir: '/r' } },
  ];
  good.forEach((row) => {
    it(`takes ${row.what}`, () => {
      expect(load(row)).to.deep.include(row.gives);
    });
  });

  it('takes a path of the file relative to the file', () => {
    expect(load({ what: '', file: { dataDir: 'd' } }).dataDir).to.equal(join(dir, 'd'));
  });

  it('takes the file that the variable names, unless a flag names another', () => {
    const other = join(dir, 'other.json');
    writeFileSync(other, '{"rkt":"other"}');
    const env = { RKT_STREAMS_CONFIG: other };
    expect(load({ what: '', env }).rkt).to.equal('other');
    expect(load({ what: '', env, file: { rkt: 'mine' } }).rkt).to.equal('mine');
  });

  const bad: readonly (Row & { readonly says: string })[] = [
    {
      what: 'a number that is none in a flag',
      flags: { rktTimeoutMs: '5x' },
      says: '--rkt-timeout-ms: Invalid input: expected number, received string (got "5x")',
    },
    {
      what: 'a number out of range in a variable',
      env: { RKT_STREAMS_RKT_CONCURRENCY: '65' },
      says: 'RKT_STREAMS_RKT_CONCURRENCY: Too big: expected number to be <=64 (got 65)',
    },
    {
      what: 'an unknown level',
      env: { RKT_STREAMS_LOG_LEVEL: 'loud' },
      says: 'RKT_STREAMS_LOG_LEVEL: Invalid option: expected one of "debug"|"info"|"warn"|"error"|"silent" (got "loud")',
    },
    {
      what: 'a bool that is none',
      flags: { volumesEnabled: 'maybe' },
      says: '--volumes-enabled: Invalid input: expected boolean, received string (got "maybe")',
    },
    { what: 'an empty path', flags: { dataDir: '' }, says: '--data-dir: must be an absolute path (got "")' },
    { what: 'text for a number in the file', file: { rktTimeoutMs: '5' }, says: 'rktTimeoutMs in ' },
    { what: 'an unknown member', file: { datadir: '/x' }, says: 'config.json: unknown setting' },
    { what: 'a file that is no JSON', file: '{', says: 'config.json cannot be read: ' },
    {
      what: 'a file that holds a list',
      file: '[]',
      says: 'config.json cannot be read: it does not contain a JSON object',
    },
    {
      what: 'a file that is missing',
      flags: { config: 'no.json' },
      says: 'The config file /start/no.json cannot',
    },
  ];
  bad.forEach((row) => {
    it(`refuses ${row.what}, and says where it is`, () => {
      expect(expectRktError(() => load(row), 'RKT_ERR_OPTIONS').message).to.include(row.says);
    });
  });

  it('names every place that is wrong', () => {
    const row = { what: '', flags: { rktTimeoutMs: '0' }, env: { RKT_STREAMS_JSON: 'x' } };
    const { message } = expectRktError(() => load(row));
    expect(message).to.include('--rkt-timeout-ms: ').and.to.include('; RKT_STREAMS_JSON: ');
  });
});

describe('GLOBAL_OPTIONS', () => {
  it('has every setting of the schema but those of the agent, and no other', () => {
    const keys = [...GLOBAL_OPTIONS.map(({ key }) => key), 'server'];
    expect(keys).to.have.members(Object.keys(settingsSchema.shape));
  });

  it('spells a key as a flag and as a variable', () => {
    expect(flagOf('rktTimeoutMs')).to.equal('--rkt-timeout-ms');
    expect(variableOf('rktTimeoutMs')).to.equal('RKT_STREAMS_RKT_TIMEOUT_MS');
  });
});
