import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { installPlugin } from '../../src/nomad/index.ts';
import { expectRktRejection } from '../support/errors.ts';

describe('installPlugin', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-install-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('writes one executable file that becomes the plugin by its absolute path', async () => {
    const { path, isNew } = await installPlugin(directory);
    expect({ path, isNew }).to.deep.equal({ path: join(directory, 'rkt'), isNew: true });
    expect(await readdir(directory)).to.deep.equal(['rkt']);
    expect((await stat(path)).mode & 0o777).to.equal(0o755);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).to.equal('#!/bin/sh');
    expect(lines.at(-1)).to.match(
      new RegExp(
        `^exec '${process.execPath}' '--max-semi-space-size=1' '/.*/dist/programs/nomad-plugin.js' "\\$@"$`,
      ),
    );
  });

  it('says what the agent has to be reported', async () => {
    const { agentConfig } = await installPlugin(directory, { name: 'rkt-2' });
    expect(agentConfig)
      .to.include(`plugin_dir = "${directory}"`)
      .and.to.include('plugin "rkt-2" {\n  config {');
  });

  it('leaves its own launcher alone when it is the same, and replaces an older one', async () => {
    const { path } = await installPlugin(directory);
    expect(await installPlugin(directory)).to.include({ isNew: false });
    expect(await installPlugin(directory, { command: ['/bin/true'] })).to.include({ isNew: true });
    await chmod(path, 0o644);
    expect(await installPlugin(directory, { command: ['/bin/true'] })).to.include({ isNew: true });
    expect((await stat(path)).mode & 0o111).to.equal(0o111);
  });

  it('quotes words for the shell', async () => {
    const { path } = await installPlugin(directory, { command: ['/a b/it$', "o'clock"] });
    expect(await readFile(path, 'utf8')).to.include(`exec '/a b/it$' 'o'\\''clock' "$@"`);
  });

  it('does not touch the file of somebody else, unless it has to', async () => {
    const path = join(directory, 'rkt');
    await writeFile(path, 'mine');
    const { message } = await expectRktRejection(installPlugin(directory), 'RKT_ERR_OPTIONS');
    expect(message).to.include(path).and.to.include('--force');
    expect(await readFile(path, 'utf8')).to.equal('mine');
    expect(await installPlugin(directory, { force: true })).to.include({ isNew: true });
  });

  const refused: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['a relative directory', () => installPlugin('plugins'), 'not an absolute path'],
    ['a directory that is not there', () => installPlugin(join(directory, 'no')), 'There is no directory'],
    ['a file for a directory', () => installPlugin('/etc/passwd'), 'There is no directory'],
    [
      'a name with a slash',
      () => installPlugin(directory, { name: '../rkt' }),
      '"../rkt" is not a valid plugin name',
    ],
    ['a hidden name', () => installPlugin(directory, { name: '.rkt' }), '".rkt" is not a valid plugin name'],
    ['an empty name', () => installPlugin(directory, { name: '' }), '"" is not a valid plugin name'],
  ];
  refused.forEach(([what, install, says]) => {
    it(`refuses ${what}`, async () => {
      expect((await expectRktRejection(install(), 'RKT_ERR_OPTIONS')).message).to.include(says);
      expect(await readdir(directory)).to.deep.equal([]);
    });
  });

  it('refuses a name that a directory has', async () => {
    const name = basename(await mkdtemp(join(directory, 'sub-')));
    const { message } = await expectRktRejection(installPlugin(directory, { name }), 'RKT_ERR_OPTIONS');
    expect(message).to.include('cannot be read');
  });
});
