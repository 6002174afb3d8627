import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { copyPlace, copyPlaces } from '../../src/cli/copy/copy-places.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import type { CliResult } from '../support/cli-process.ts';
import { expectRktError } from '../support/errors.ts';
import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';

describe('copyPlaces', () => {
  it('reads paths of tasks, of this machine, and -', () => {
    expect(copyPlace('web:/etc/x')).to.deep.equal({ kind: 'task', task: 'web', path: '/etc/x' });
    expect(copyPlace('web:etc/x')).to.deep.equal({ kind: 'task', task: 'web', path: '/etc/x' });
    expect(copyPlace('./a:b')).to.deep.equal({ kind: 'host', path: './a:b' });
    expect(copyPlace('/a:b')).to.deep.equal({ kind: 'host', path: '/a:b' });
    expect(copyPlace('-')).to.deep.equal({ kind: 'stream' });
  });

  for (const [from, to, message] of [
    ['a', 'b', /^RKT_ERR_OPTIONS: Neither path is in a task/],
    ['a:/b', 'c:/d', /Both paths are in a task/],
    [':/b', '.', /names no task/],
    ['a:', '.', /names no path/],
    ['', 'a:/', /empty path/],
  ] as const)
    it(`refuses "${from}" and "${to}"`, () => {
      const error = expectRktError(() => copyPlaces(from, to), 'RKT_ERR_OPTIONS');
      expect(`${error.code}: ${error.message}`).to.match(message);
    });
});

for (const stage1 of ['fly', 'oci'] as const)
  describe(`rkt-streams cp with ${stage1}`, function () {
    this.timeout(180_000);
    const cli = useCliSandbox();
    let dir = '';

    /** In the task, and prints its output. */
    const inTask = async (script: string): Promise<string> => {
      const { exitCode, stdout, stderr } = await cli().run(['exec', 'web', '/bin/sh', '-c', script]);
      expect(exitCode, stderr).to.equal(0);
      return stdout;
    };
    const cp = (from: string, to: string, ...flags: readonly string[]): Promise<CliResult> =>
      cli().run(['cp', ...flags, from, to], { cwd: dir });
    const copies = async (from: string, to: string, ...flags: readonly string[]): Promise<void> => {
      expect(await cp(from, to, ...flags)).to.deep.equal({ exitCode: 0, stdout: '', stderr: '' });
    };

    beforeEach(async function () {
      if (stage1 === 'oci') requires(this, 'crun');
      dir = join(cli().sandbox.base, `files-${Math.random().toString(36).slice(2)}`);
      mkdirSync(dir);
      const { exitCode, stderr } = await cli().detach('web', FOREVER, '--stage1', stage1);
      expect(exitCode, stderr).to.equal(0);
    });

    it('copies files and directories into a task by the rules of docker', async () => {
      writeFileSync(join(dir, 'one'), 'one\n', { mode: 0o640 });
      mkdirSync(join(dir, 'site/deep/er'), { recursive: true });
      writeFileSync(join(dir, 'site/index'), 'index\n');
      writeFileSync(join(dir, 'site/deep/er/run'), '#!/bin/sh\n', { mode: 0o755 });
      symlinkSync('/etc/nowhere', join(dir, 'site/link'));
      await inTask('mkdir /srv /srv/there; echo old >/srv/old');

      await copies('one', 'web:/srv/two');
      await copies('one', 'web:/srv');
      await copies('one', 'web:/srv/old');
      await copies('site', 'web:/srv/new');
      await copies('site', 'web:/srv/there');
      await copies('site/.', 'web:/srv/there');
      const found = await inTask(
        'cd /srv && for f in two one old new/index there/index there/site/index; do cat $f; done',
      );
      expect(found).to.equal('one\none\none\nindex\nindex\nindex\n');
      expect(
        await inTask(
          'cd /srv && readlink new/link && readlink there/site/link && new/deep/er/run && ls -ln two',
        ),
      ).to.match(/^\/etc\/nowhere\n\/etc\/nowhere\n-rw-r----- +1 0 +0 +4 /);
    });

    it('copies from a task, as files and as a tar, and a tar into it', async () => {
      await inTask(
        'mkdir -p /data/sub; echo a >/data/a; echo b >/data/sub/b; ln -s /data/a /data/l; chmod 600 /data/a',
      );
      await copies('web:/data', '.');
      expect(readFileSync(join(dir, 'data/sub/b'), 'utf8')).to.equal('b\n');
      expect(readlinkSync(join(dir, 'data/l'))).to.equal('/data/a');
      expect(statSync(join(dir, 'data/a')).mode & 0o777).to.equal(0o600);
      await copies('web:/data/l', 'followed', '-L');
      expect(readFileSync(join(dir, 'followed'), 'utf8')).to.equal('a\n');
      await copies('web:/data/.', 'contents');
      expect(readdirSync(join(dir, 'contents')).sort()).to.deep.equal(['a', 'l', 'sub']);

      const tar = await cp('web:/data', '-');
      const names = execFileSync('tar', ['-t'], { input: tar.stdout, encoding: 'utf8' });
      expect(names.split('\n').sort()).to.deep.equal([
        '',
        'data/',
        'data/a',
        'data/l',
        'data/sub/',
        'data/sub/b',
      ]);
      await inTask('mkdir /copy');
      expect(await cli().run(['cp', '-', 'web:/copy'], { input: tar.stdout })).to.include({ exitCode: 0 });
      expect(await inTask('cat /copy/data/a /copy/data/sub/b')).to.equal('a\nb\n');
    });

    it('never leads out of the task by a link', async () => {
      writeFileSync(join(dir, 'secret'), 'of the host\n');
      writeFileSync(join(dir, 'sent'), 'sent\n');
      mkdirSync(join(dir, 'tree/out'), { recursive: true });
      writeFileSync(join(dir, 'tree/out/file'), 'x\n');
      await inTask(
        `ln -s ${dir}/secret /file; ln -s ${dir} /dir; ln -s / /top; mkdir /tree; ln -s ${dir} /tree/out; ln -s ../../../../../.. /up`,
      );
      expect((await cp('web:/file', 'got', '-L')).stderr).to.match(/RKT_ERR_COPY: .*no such file/i);
      expect((await cp('web:/dir/secret', 'got')).exitCode).to.equal(1);
      expect((await cp(`web:/up${dir}/secret`, 'got')).exitCode).to.equal(1);
      expect((await cp('sent', 'web:/dir/sent2')).exitCode).to.equal(1);
      expect((await cp('tree', 'web:/')).stderr).to.match(/^rkt-streams: RKT_ERR_COPY/);
      // A link within the task is followed within it.
      await copies('sent', 'web:/top/sent3');
      expect(await inTask('cat /sent3')).to.equal('sent\n');
      expect(readdirSync(dir).sort()).to.deep.equal(['secret', 'sent', 'tree']);
    });

    it('says what is wrong, and changes nothing', async () => {
      writeFileSync(join(dir, 'one'), 'one\n');
      mkdirSync(join(dir, 'd'));
      await inTask('echo old >/file; mkdir -p /full/one');
      const cases: readonly (readonly [string, string, RegExp])[] = [
        ['nope', 'web:/x', /nope could not be copied to web:\/x: ENOENT/],
        ['one', 'web:/no/x', /ENOENT/],
        ['one', 'web:/no/', /ENOENT/],
        ['d', 'web:/file', /ENOTDIR/],
        ['one/', 'web:/x', /ENOTDIR/],
        ['one', 'web:/full', /EISDIR/],
        ['web:/nope', '.', /ENOENT/],
        ['nope:/file', '.', /RKT_ERR_TASK_NOT_FOUND/],
      ];
      for (const [from, to, message] of cases) {
        const { exitCode, stderr } = await cp(from, to);
        expect([exitCode, stderr], `${from} ${to}`).to.satisfy(
          ([code, text]: [number, string]) =>
            code === 1 && message.test(text) && !text.includes('/proc/self'),
        );
      }
      expect(await inTask('cat /file; ls /full')).to.equal('old\none\n');
    });

    it('needs a task that runs', async () => {
      await cli().run(['stop', '-t', '0', 'web']);
      await until('it has exited', async () => (await cli().json('ps', '-a'))[0]?.['phase'] === 'exited');
      const { exitCode, stderr } = await cp('web:/bin/sh', 'x');
      expect([exitCode, stderr]).to.deep.equal([
        1,
        stderr.match(/^rkt-streams: RKT_ERR_TASK_NOT_RUNNING: .*it is exited/)?.input,
      ]);
    });
  });
