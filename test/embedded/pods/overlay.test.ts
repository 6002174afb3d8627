import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { RktContext } from '../../../src/embedded/embedded-context.ts';
import { canOverlay } from '../../../src/embedded/pods/overlay.ts';
import { requires } from '../../support/requirements.ts';

describe('canOverlay', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    mkdirSync(join(dir, 'cas'));
    mkdirSync(join(dir, 'pod'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const ask = (path = process.env['PATH']) =>
    canOverlay({ dir, env: { PATH: path } } as unknown as RktContext, 'root', join(dir, 'pod'));
  /** A PATH whose `unshare` only fails. */
  const refusing = (): string => {
    writeFileSync(join(dir, 'unshare'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(dir, 'unshare'), 0o755);
    return `${dir}:${process.env['PATH'] ?? ''}`;
  };

  it('mounts once, and remembers that it worked until something differs', async function () {
    requires(this, 'root', 'pods');
    expect(await ask()).to.equal(true);
    const path = refusing();
    expect(await ask(path)).to.equal(true);
    const memo = join(dir, 'cas/overlay-works');
    writeFileSync(memo, `earlier-boot${readFileSync(memo, 'utf8').replace(/^\S+/, '')}`);
    expect(await ask(path)).to.equal(false);
    expect(await ask()).to.equal(true);
    expect(readdirSync(join(dir, 'pod'))).to.deep.equal([]);
  });

  it('remembers no failure', async () => {
    expect(await ask(refusing())).to.equal(false);
    expect(readdirSync(join(dir, 'cas'))).to.deep.equal([]);
  });
});
