import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

function check(directory: string): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/check-file-names.js', directory], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('the names of source files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const write = (...paths: readonly string[]): void => {
    for (const path of paths) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), '');
    }
  };

  it('occur once each in src', () => {
    expect(check('src')).to.deep.equal({ status: 0, stderr: '' });
  });

  it('are refused when two folders have the same one, whatever the extension', () => {
    write('rkt/stop.ts', 'cli/stop.tsx', 'cli/start.ts');
    const { status, stderr } = check(directory);
    expect(status).to.equal(1);
    expect(stderr).to.equal(
      `stop is the name of 2 files: ${directory}/cli/stop.tsx, ${directory}/rkt/stop.ts\n`,
    );
  });

  it('may be those of entries, of programs and of what is generated', () => {
    write(
      'a/index.ts',
      'b/index.ts',
      'a/main.ts',
      'b/main.ts',
      'x/generated/Empty.ts',
      'x/generated/y/Empty.ts',
    );
    expect(check(directory)).to.deep.equal({ status: 0, stderr: '' });
  });
});
