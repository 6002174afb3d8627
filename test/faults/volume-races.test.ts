import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { filter, firstValueFrom } from 'rxjs';

import { isRktError, type Driver, type TaskSpecInput } from '../../src/index.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const EMBEDDED = fileURLToPath(new URL('../../dist/embedded/rkt.sh', import.meta.url));

/** Says of itself that it is a real rkt, so that the driver mounts the volumes for it, and is the embedded one else. */
const AS_REAL = `#!/bin/sh
for word do
  [ "$word" = version ] || continue
  printf '%s\\n' 'rkt Version: 1.30.0' 'appc Version: 0.8.11' 'Go Version: go1.8' 'Go OS/Arch: linux/amd64' 'Features: -TPM'
  exit 0
done
exec /bin/sh ${EMBEDDED} "$@"
`;

/** Swaps two names over and over: a directory of the allocation, and a symbolic link out of it. */
const RACER = `
const { renameSync } = require('node:fs');
const [data, aside, link] = process.argv.slice(1);
process.on('SIGTERM', () => { stopped = true; });
let stopped = false;
process.stdout.write('ready');
const rest = (maxMs) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * maxMs);
const swap = () => {
  for (let i = 0; i < 20; i += 1) {
    renameSync(data, aside);
    renameSync(link, data);
    rest(20);
    renameSync(data, link);
    renameSync(aside, data);
    rest(200);
  }
  if (!stopped) setImmediate(swap);
};
swap();
`;

/** The programs that make the mount namespace of a pod. */
const LAUNCHERS = ['unshare', 'perl'];

describe('relative volumes that are replaced while a task starts', function () {
  this.timeout(240_000);

  for (const [runtime, what] of [
    ['embedded', 'the embedded rkt'],
    ['rkt', 'an rkt that mounts by path'],
  ] as const) {
    describe(what, () => {
      let opened: Sandbox | undefined;
      let sandbox: Sandbox;
      let driver: Driver;
      let alloc: string;
      let outside: string;
      let tools: string;
      const path = process.env['PATH'] ?? '';

      before(async function () {
        opened = await openSandbox(this);
        sandbox = opened;
        const rkt = join(sandbox.base, 'as-real-rkt');
        await writeFile(rkt, AS_REAL);
        await chmod(rkt, 0o755);
        tools = join(sandbox.base, 'tools');
        await mkdir(tools);
        process.env['PATH'] = `${tools}:${path}`;
        driver = sandbox.driver(runtime === 'rkt' ? { rkt } : {});
        driver.setConfig({ volumes_enabled: false });
        outside = join(sandbox.base, 'outside');
        await mkdir(join(outside, 'data'), { recursive: true });
        await writeFile(join(outside, 'data', 'who'), 'outside');
      });
      after(async () => {
        process.env['PATH'] = path;
        await opened?.close();
      });
      beforeEach(async () => {
        alloc = join(sandbox.base, 'alloc');
        for (const dir of ['alloc', 'web/local', 'web/secrets', 'web/data', 'web/other'])
          await mkdir(join(alloc, dir), { recursive: true });
        await writeFile(join(alloc, 'web/data/who'), 'inside');
        await symlink('data', join(alloc, 'web/link'));
      });
      afterEach(async () => {
        for (const tool of LAUNCHERS) await rm(join(tools, tool), { force: true });
        await rm(alloc, { recursive: true });
      });

      const task = (id: string, script: string, volumes: readonly string[]): TaskSpecInput => {
        const spec = sandbox.shell(id, script, { name: 'web', allocDir: alloc });
        return { ...spec, config: { ...spec.config, volumes: [...volumes] } };
      };
      const run = async (id: string, script: string, volumes: readonly string[]): Promise<string> => {
        const spec = task(id, script, volumes);
        const stdoutPath = join(sandbox.base, `${id}.out`);
        await driver.startTask({ ...spec, stdoutPath });
        await firstValueFrom(driver.waitTask(id));
        await driver.destroyTask(id);
        return readFileSync(stdoutPath, 'utf8');
      };
      /** Something that happens once, when rkt is about to mount: the program that makes the namespace does it first. */
      const atLaunch = async (id: string, command: string): Promise<void> => {
        const armed = join(tools, 'armed');
        for (const tool of LAUNCHERS) {
          const text = `#!/bin/sh
case "$*" in --mount*|*'rename $from'*) if [ -e ${armed} ]; then rm ${armed}; ${command}; fi ;; esac
exec /usr/bin/${tool} "$@"
`;
          await writeFile(join(tools, tool), text, { mode: 0o755 });
        }
        const prepared = firstValueFrom(
          driver.taskEvents().pipe(filter((event) => event.kind === 'prepared' && event.taskId === id)),
        );
        void prepared.then(() => writeFile(armed, ''));
      };
      const expectEscape = async (id: string, volumes: readonly string[]): Promise<string> => {
        const seen = join(alloc, 'web/local/seen');
        const script = 'cp /v/who /local/seen; touch /v/touched';
        const error = await expectRktRejection(
          driver.startTask(task(id, script, volumes)),
          'RKT_ERR_VOLUME_ESCAPE',
        );
        expect([existsSync(seen), existsSync(join(outside, 'data/touched'))]).to.deep.equal([false, false]);
        expect(await sandbox.leftovers()).to.deep.equal([]);
        return error.message;
      };

      it('mounts directories, files and links inside the allocation', async () => {
        const script = 'cat /v/who /f /l/who; echo x >/v/new';
        expect(
          await run('plain', script, ['web/data:/v', 'web/data/who:/f', 'web/link:/l:readOnly']),
        ).to.equal('insideinsideinside');
        expect(readFileSync(join(alloc, 'web/data/new'), 'utf8')).to.equal('x\n');
      });

      it('refuses a link that has taken the place of the directory after rkt prepare', async () => {
        const prepared = firstValueFrom(driver.taskEvents().pipe(filter(({ kind }) => kind === 'prepared')));
        const swapped = prepared.then(async () => {
          await rename(join(alloc, 'web/data'), join(alloc, 'web/aside'));
          await symlink(join(outside, 'data'), join(alloc, 'web/data'));
        });
        expect(await expectEscape('after-prepare', ['web/data:/v'])).to.contain('web/data');
        await swapped;
      });

      it('refuses a link that takes the place of the directory when it is mounted', async () => {
        const swap = `mv ${alloc}/web/data ${alloc}/web/aside; ln -s ${outside}/data ${alloc}/web/data`;
        await atLaunch('at-mount', swap);
        expect(await expectEscape('at-mount', ['web/data:/v'])).to.contain('replaced');
      });

      it('refuses it when a directory above was replaced', async () => {
        await atLaunch('above', `mv ${alloc}/web ${alloc}/aside; ln -s ${outside} ${alloc}/web`);
        await expectEscape('above', ['web/data:/v']);
      });

      it('refuses it for a file', async () => {
        const swap = `rm ${alloc}/web/data/who; ln -s ${outside}/data/who ${alloc}/web/data/who`;
        await atLaunch('file', swap);
        await expectEscape('file', ['web/data/who:/v/who']);
      });

      it('refuses it for the standing directories of the allocation', async () => {
        const swap = `mv ${alloc}/web/secrets ${alloc}/web/aside; ln -s ${outside}/data ${alloc}/web/secrets`;
        await atLaunch('standing', swap);
        await expectEscape('standing', []);
        await rm(join(alloc, 'web/secrets'));
        await symlink(join(outside, 'data'), join(alloc, 'web/secrets'));
        await expectEscape('standing-before', []);
      });

      it('fails for what does not exist, and names it', async () => {
        const error = await expectRktRejection(
          driver.startTask(task('missing', 'true', ['web/none:/v'])),
          'RKT_ERR_LAUNCH',
        );
        expect(error.message).to.contain(join(alloc, 'web/none'));
      });

      it('never shows a task the outside, however fast the two are swapped', async () => {
        const [data, aside, link] = ['data', 'aside', 'out'].map((name) => join(alloc, 'web', name));
        await symlink(join(outside, 'data'), link ?? '');
        const racer = spawn(process.execPath, ['-e', RACER, data ?? '', aside ?? '', link ?? ''], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await once(racer.stdout, 'data');
        const outcomes = new Map<string, number>();
        try {
          for (let i = 0; i < 50; i += 1) {
            const outcome = await run(`race-${i}`, 'cat /v/who; touch /v/touched', ['web/data:/v']).catch(
              (error: unknown) => {
                if (!isRktError(error)) throw error;
                return error.code === 'RKT_ERR_LAUNCH' ? error.what : error.code;
              },
            );
            outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          }
        } finally {
          await end(racer);
        }
        expect(existsSync(join(outside, 'data/touched'))).to.equal(false);
        // Between two renames there is nothing at all.
        const gone = `the volume ${data} does not exist`;
        expect([...outcomes.keys()].filter((outcome) => outcome !== gone)).to.not.have.length(0);
        expect(['inside', 'RKT_ERR_VOLUME_ESCAPE', gone]).to.include.members([...outcomes.keys()]);
      });
    });
  }
});

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
