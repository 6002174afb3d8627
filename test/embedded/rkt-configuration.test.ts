import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';

describe('rkt config', () => {
  const { path: base, remove } = temporaryDir();
  after(remove);

  const configure = (dir: string, kind: string, entry: unknown): void => {
    mkdirSync(join(base, dir, `${kind}.d`), { recursive: true });
    const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
    writeFileSync(join(base, dir, `${kind}.d`, 'file.json'), text);
  };
  const config = (system: string, local: string) =>
    callRkt([
      `--dir=${base}/data`,
      `--system-config=${join(base, system)}`,
      `--local-config=${join(base, local)}`,
      'config',
      '--pretty-print=false',
    ]);
  const stage0 = (stdout: string): unknown => (JSON.parse(stdout) as { stage0: unknown }).stage0;

  it('is empty where nothing is configured', async () => {
    const { exitCode, stdout } = await config('none', 'none');
    expect(exitCode).to.equal(0);
    expect(stage0(stdout)).to.deep.include({
      rktVersion: 'v1',
      rktKind: 'paths',
      data: '',
      'stage1-images': '',
    });
  });

  it('lets the local directory win over that of the system', async () => {
    configure('system', 'paths', {
      rktKind: 'paths',
      rktVersion: 'v1',
      data: '/system',
      'stage1-images': '/images',
    });
    configure('local', 'paths', { rktKind: 'paths', rktVersion: 'v1', data: '/local' });
    const { stdout } = await config('system', 'local');
    expect(stage0(stdout)).to.deep.include({
      rktVersion: 'v1',
      rktKind: 'paths',
      data: '/local',
      'stage1-images': '/images',
    });
  });

  it('refuses a path that is not absolute, a kind it does not know, and what is not JSON', async () => {
    configure('relative', 'paths', { rktKind: 'paths', rktVersion: 'v1', data: 'somewhere' });
    configure('kind', 'paths', { rktKind: 'pathz', rktVersion: 'v1' });
    configure('broken', 'paths', '{"rktKind":');
    for (const [dir, words] of [
      ['relative', 'data directory must be an absolute path'],
      ['kind', 'no configuration parser for "pathz"'],
      ['broken', 'unexpected end of JSON input'],
    ] as const) {
      const { exitCode, stderr } = await config(dir, 'none');
      expect([exitCode, stderr.includes(words)], `${dir}: ${stderr}`).to.deep.equal([254, true]);
    }
  });
});
