import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect } from 'chai';

import { createAuthorizer, type Authorizer } from '../../../src/server/tokens/authorizer.ts';
import { tokenHash, tokensText, type TokenEntry } from '../../../src/server/tokens/tokens-file.ts';
import { expectRktError } from '../../support/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const OWN = 'o'.repeat(43);
const READ = 'r'.repeat(43);
const WRITE = 'w'.repeat(43);

describe('the tokens of an agent', () => {
  let directory: string;
  let clock: ManualClock;
  let authorizer: Authorizer | undefined;
  const errors: string[] = [];
  const agentTokenFile = (): string => join(directory, 'agent-token');
  const tokensFile = (): string => join(directory, 'agent-tokens.json');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-tokens-'));
    clock = new ManualClock();
    errors.length = 0;
    await writeFile(agentTokenFile(), `${OWN}\n`, { mode: 0o600 });
  });
  afterEach(async () => {
    authorizer?.close();
    await rm(directory, { recursive: true });
  });

  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: log };
  function log(_fields: object, message: string): void {
    errors.push(message);
  }
  const open = (isRequired = false): Authorizer =>
    (authorizer = createAuthorizer({
      ...{ agentTokenFile: agentTokenFile(), tokensFile: tokensFile() },
      ...{ isRequired, logger, scheduler: clock },
    }));
  const save = (...tokens: TokenEntry[]): Promise<void> =>
    writeFile(tokensFile(), tokensText(tokens), { mode: 0o600 });
  const reader: TokenEntry = { label: 'grafana', right: 'read', sha256: tokenHash(READ) };
  const writer: TokenEntry = { label: 'ci', right: 'write', sha256: tokenHash(WRITE) };
  const refusal = (token: string): string =>
    expectRktError(() => authorizer?.bearer(`Bearer ${token}`), 'RKT_ERR_TOKEN').message;

  it('are that of the agent alone without a file', () => {
    expect(open().bearer(`Bearer ${OWN}`)).to.include({ label: 'agent', right: 'write' });
    expect(refusal(READ)).to.include('is unknown').and.not.include(READ);
    expect(expectRktError(() => authorizer?.bearer('Basic x'), 'RKT_ERR_TOKEN').message).to.include(
      'no bearer token',
    );
  });

  it('have labels and rights, and the hash of one is none', async () => {
    await save(reader, writer);
    open();
    expect(authorizer?.bearer(`bearer ${READ}`)).to.include({ label: 'grafana', right: 'read' });
    expect(authorizer?.bearer(`Bearer ${WRITE}`)).to.include({ label: 'ci', right: 'write' });
    expect(refusal(reader.sha256)).to.include('is unknown');
  });

  it('expire, and what was opened with one ends at that time', async () => {
    const expires = new Date(90 * 86_400_000).toISOString();
    await save({ ...reader, expires }, writer);
    open();
    const { ended } = authorizer?.bearer(`Bearer ${READ}`) ?? {};
    const key = authorizer?.sessionKey(`Bearer ${READ}`) ?? '';
    await clock.advance(90 * 86_400_000 - 1);
    expect([ended?.aborted, authorizer?.session(key)?.label]).to.deep.equal([false, 'grafana']);
    await clock.advance(1);
    expect((ended?.reason as Error).message).to.include(`"grafana" expired at ${expires}`);
    expect(refusal(READ)).to.include('expired at');
    expect(authorizer?.session(key)).to.equal(undefined);
    expect(clock.timers).to.equal(0);
  });

  it('are revoked by a reload; others keep what they have opened, also with another label', async () => {
    await save(reader, writer);
    open();
    const [own, read, write] = [OWN, READ, WRITE].map((token) => authorizer?.bearer(`Bearer ${token}`).ended);
    await save({ ...writer, label: 'deploy', expires: new Date(1e12).toISOString() });
    authorizer?.reload();
    expect([own?.aborted, read?.aborted, write?.aborted]).to.deep.equal([false, true, false]);
    expect((read?.reason as Error).message).to.include('"grafana" was revoked');
    expect(refusal(READ)).to.include('is unknown');
    expect(authorizer?.bearer(`Bearer ${WRITE}`).label).to.equal('deploy');
    await rm(tokensFile());
    authorizer?.reload();
    expect(write?.aborted).to.equal(true);
    expect(errors).to.deep.equal([]);
  });

  it('have as many streams as they like, without a warning', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    const { ended } = open().bearer(`Bearer ${OWN}`);
    for (let stream = 0; stream < 20; stream += 1) ended?.addEventListener('abort', () => stream);
    await nextTurn();
    process.off('warning', warned);
    expect(warnings).to.deep.equal([]);
  });

  it('with less right are others', async () => {
    await save(writer);
    open();
    const { ended } = authorizer?.bearer(`Bearer ${WRITE}`) ?? {};
    await save({ ...writer, right: 'read' });
    authorizer?.reload();
    expect([ended?.aborted, authorizer?.bearer(`Bearer ${WRITE}`).right]).to.deep.equal([true, 'read']);
  });

  it('make sessions that only read, until the token or that of the agent is changed', async () => {
    await save(writer);
    open();
    const key = authorizer?.sessionKey(`Bearer ${WRITE}`) ?? '';
    expect(authorizer?.session(key)).to.include({ label: 'ci', right: 'read' });
    expect(authorizer?.session(`${key}x`)).to.equal(undefined);
    await rm(agentTokenFile());
    authorizer?.reload();
    expect(authorizer?.session(key)).to.equal(undefined);
    expect(refusal(OWN)).to.include('is unknown');
    expect(authorizer?.bearer(`Bearer ${WRITE}`).label).to.equal('ci');
  });

  for (const [what, text, message] of [
    ['no JSON', '{"tokens": [', 'unexpected end'],
    ['an unknown member', `{"tokens":[{"label":"a","token":"${READ}"}]}`, 'token'],
    [
      'a token in place of its hash',
      `{"tokens":[{"label":"a","right":"read","sha256":"${READ}"}]}`,
      'SHA-256',
    ],
    ['an unknown right', JSON.stringify({ tokens: [{ ...reader, right: 'all' }] }), 'tokens.0.right'],
    ['a label of lines', JSON.stringify({ tokens: [{ ...reader, label: 'a\nb' }] }), 'is not a name'],
    ['the label of the agent', JSON.stringify({ tokens: [{ ...reader, label: 'agent' }] }), 'other than'],
    ['a label twice', JSON.stringify({ tokens: [reader, { ...writer, label: 'grafana' }] }), 'twice'],
    ['a time that is none', JSON.stringify({ tokens: [{ ...reader, expires: 'soon' }] }), 'expires'],
  ] as const)
    it(`stay as they were when a file has ${what}`, async () => {
      await save(reader);
      open();
      const { ended } = authorizer?.bearer(`Bearer ${READ}`) ?? {};
      await writeFile(tokensFile(), text);
      authorizer?.reload();
      expect(errors.join()).to.include('the tokens were not changed').and.include(message);
      expect(errors.join()).to.include(tokensFile()).and.not.include(READ);
      expect([ended?.aborted, authorizer?.bearer(`Bearer ${READ}`).label]).to.deep.equal([false, 'grafana']);
    });

  it('are refused from a file that others can read, and stay as they were at a reload', async () => {
    await save(reader);
    open();
    await chmod(tokensFile(), 0o644);
    authorizer?.reload();
    expect(errors.join()).to.include('other users can read it (mode 644)');
    expect(authorizer?.bearer(`Bearer ${READ}`).label).to.equal('grafana');
    authorizer?.close();
    expect(expectRktError(() => open(), 'RKT_ERR_TOKEN_FILE').message).to.include('mode 644');
  });

  it('must be there when their file was named', () => {
    expect(expectRktError(() => open(true), 'RKT_ERR_TOKEN_FILE').message).to.include('does not exist');
  });
});
