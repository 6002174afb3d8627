import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { handlesSignal } from '../../support/handled-signals.ts';
import { buildImage } from '../../support/images.ts';
import { ImageSandbox } from '../../support/image-sandbox.ts';
import { parseLines } from '../../support/cli-process.ts';
import { TestRegistry } from '../../support/registry.ts';
import { until } from '../../support/until.ts';
import { openTerminal } from '../../support/tmux.ts';
import { shellLine } from '../../support/cli-process.ts';

const ID = /^sha512-[0-9a-f]{64}\n$/;
const CHUNK = 64 * 1024;

describe('rkt-streams image', function () {
  this.timeout(120_000);
  let registry: TestRegistry;
  let sandbox: ImageSandbox;
  before(async () => (registry = await new TestRegistry().listen()));
  after(() => registry.close());
  beforeEach(async () => {
    registry.reset();
    sandbox = new ImageSandbox();
    const config = {
      Entrypoint: ['/bin/hello'],
      Env: ['SECRET=value'],
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
    };
    await registry.put('team/app', {
      layers: [{ first: randomBytes(300_000) }, { second: randomBytes(300_000) }, { third: 'x' }],
      config,
      tag: '1.2',
    });
  });
  afterEach(() => sandbox.remove());

  const image = (): string => `docker://${registry.host}/team/app:1.2`;
  const name = (): string => `localhost_${registry.port}/team/app:1.2`;
  /** Sends layers in parts, each after `next` was called once; the rest when it was called without end. */
  const sendSlowly = (): { readonly finish: () => void; readonly takeBegun: () => boolean } => {
    const waiting: (() => void)[] = [];
    let isOpen = false;
    let hasBegun = false;
    registry.intercepts.push(({ url = '' }, response) => {
      const blob = registry.blobs.get(/\/blobs\/(sha256:[0-9a-f]+)/.exec(url)?.[1] ?? '');
      if (blob === undefined || blob.length < CHUNK || isOpen) return false;
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, CHUNK));
      hasBegun = true;
      waiting.push(() => response.end(blob.subarray(CHUNK)));
      return true;
    });
    return {
      takeBegun: () => {
        const begun = hasBegun;
        hasBegun = false;
        return begun;
      },
      finish: () => {
        isOpen = true;
        waiting.forEach((send) => send());
      },
    };
  };

  describe('pull', () => {
    it('prints the id, and a line for each layer where there is no terminal', async () => {
      const { exitCode, stdout, stderr } = await sandbox.run(['pull', image()]);
      expect(exitCode).to.equal(0);
      expect(
        stderr
          .trim()
          .split('\n')
          .map((line) => line.replace(/ sha256:\S+ \S+ K?B/, '')),
      ).to.deep.equal([
        ...[1, 2, 3].map((n) => `rkt-streams: Downloaded (${n} of 3)`),
        'rkt-streams: Unpacking',
      ]);
      expect(stderr).to.match(/^rkt-streams: Downloaded sha256:[0-9a-f]{12} 300 KB \(\d of 3\)$/m);
      expect(stdout).to.match(ID);
    });

    it('prints nothing but ids with -q, and facts with --json', async () => {
      const quiet = await sandbox.run(['pull', '-q', image()]);
      expect([quiet.exitCode, quiet.stderr]).to.deep.equal([0, '']);
      expect(quiet.stdout).to.match(ID);
      const json = await sandbox.run(['pull', '--json', image()]);
      const [facts] = parseLines(json.stdout);
      expect(facts).to.include({ image: image(), id: quiet.stdout.trim(), name: name() });
      expect(json.stderr).to.equal('');
    });

    it('says once why an image cannot be had, with an exit code of 1', async () => {
      const { exitCode, stdout, stderr } = await sandbox.run(['pull', `docker://${registry.host}/none`]);
      expect([exitCode, stdout]).to.deep.equal([1, '']);
      expect(stderr).to.match(/^rkt-streams: RKT_ERR_IMAGE: rkt cannot fetch docker:\/\/\S+\/none: .*404/);
      expect(stderr.trim().split('\n')).to.have.lengthOf(1);
    });

    it('does not take a remote ACI without a signature unless the option allows it', async () => {
      const aci = readFileSync(
        await buildImage(sandbox.path, { name: 'example.com/app', bare: true, files: [] }),
      );
      registry.intercepts.push(({ url }, response) => {
        if (url !== '/app.aci') return false;
        response.end(aci);
        return true;
      });
      const url = `${registry.origin}/app.aci`;
      const refused = await sandbox.run(['pull', url]);
      expect(refused.exitCode).to.equal(1);
      expect(refused.stderr).to.include('RKT_ERR_IMAGE: rkt cannot fetch').and.to.include('404');
      const taken = await sandbox.run(['pull', '--insecure-options', 'image', url]);
      expect([taken.exitCode, taken.stderr]).to.deep.equal([0, 'rkt-streams: Downloaded ACI 2.05 KB\n']);
    });

    for (const [columns, rows] of [
      [80, 24],
      [200, 50],
    ] as const)
      it(`draws a bar for each layer on a terminal of ${columns}x${rows}`, async function () {
        const slow = sendSlowly();
        const script = shellLine(['image', 'pull', image()]);
        const terminal = await openTerminal(this, script, { columns, rows, env: sandbox.env });
        try {
          const busy = await terminal.shows(/Downloading sha256:[0-9a-f]{12} \[=+> +\] 65\.5 KB \/ 300 KB\n/);
          expect(busy.match(/^(Downloading|Downloaded |Waiting)/gm)).to.have.lengthOf(3);
          slow.finish();
          const text = await terminal.shows('ended with 0');
          expect(text.match(/^Downloaded {2}sha256:[0-9a-f]{12} [\d.]+ K?B$/gm)).to.have.lengthOf(3);
          expect(text).to.match(/\nUnpacking\nsha512-[0-9a-f]{64}\nended with 0\n/);
          expect(text).to.not.include('Downloading');
        } finally {
          slow.finish();
          await terminal.close();
        }
      });

    it('ends at Ctrl-C, leaves nothing half done in the store, and goes on with the layers the next time', async function () {
      const slow = sendSlowly();
      const terminal = await openTerminal(this, `trap : INT; ${shellLine(['image', 'pull', image()])}`, {
        columns: 80,
        rows: 24,
        env: sandbox.env,
      });
      try {
        await terminal.shows('65.5 KB / 300 KB');
        await terminal.press('C-c');
        const text = await terminal.shows('ended with 130');
        expect(text).to.include('Interrupted.');
        expect(sandbox.names('tmp'), 'temporary files').to.deep.equal([]);
        expect((await sandbox.run(['list', '-q'])).stdout).to.equal('');
      } finally {
        slow.finish();
        await terminal.close();
      }
      registry.seen.length = 0;
      expect((await sandbox.run(['pull', '-q', image()])).stdout).to.match(ID);
      expect(registry.seen.some(({ range }) => range === `bytes=${CHUNK}-`)).to.equal(true);
      expect(sandbox.names('pull')).to.deep.equal([]);
    });

    it('ends at SIGTERM without a terminal, too', async () => {
      const slow = sendSlowly();
      for (const flags of [[], ['-q']]) {
        const pulling = sandbox.start(['pull', ...flags, image()]);
        await until('the layers come', () => slow.takeBegun());
        // A layer of the one before may have begun after that was seen.
        await until('the command is there', () => handlesSignal(pulling.child.pid ?? 0, 'SIGTERM'));
        pulling.child.kill('SIGTERM');
        const { exitCode, stdout } = await pulling.ended;
        expect([exitCode, stdout, sandbox.names('tmp')]).to.deep.equal([143, '', []]);
      }
      slow.finish();
    });
  });

  describe('list', () => {
    it('shows a table, ids, or JSON', async () => {
      const id = (await sandbox.run(['pull', '-q', image()])).stdout.trim();
      const { stdout } = await sandbox.run(['list']);
      const [head, row, ...rest] = stdout.split('\n');
      expect(head).to.match(/^ID {19}NAME +SIZE {2}CREATED$/);
      expect(row).to.match(new RegExp(`^${id.slice(0, 19)}  ${name()}  +[\\d.]+ [KM]iB  \\S.* ago$`));
      expect(rest).to.deep.equal(['']);
      expect((await sandbox.run(['list', '--no-trunc', name()])).stdout).to.include(`${id}  ${name()}`);
      expect((await sandbox.run(['ls', '-q'])).stdout).to.equal(`${id.slice(0, 19)}\n`);
      expect((await sandbox.run(['ls', '-q', '--no-trunc', name()])).stdout).to.equal(`${id}\n`);
      expect((await sandbox.run(['ls', '-q', 'example.com/other'])).stdout).to.equal('');
      const [facts] = parseLines((await sandbox.run(['list', '--format', 'json'])).stdout);
      expect(facts).to.include({ id, name: name() });
      expect(facts).to.have.all.keys('id', 'name', 'sizeBytes', 'createdAtMs', 'lastUsedAtMs');
    });
  });

  describe('inspect, verify, export, import and rm', () => {
    it('work with the name, what docker calls the image, and the beginning of the id', async () => {
      const id = (await sandbox.run(['pull', '-q', image()])).stdout.trim();
      const digits = id.slice(7, 15);
      const shown = await sandbox.run(['inspect', `${registry.host}/team/app:1.2`]);
      expect(shown.stdout).to.match(/^command +\["\/bin\/hello"\]$/m);
      expect(shown.stdout).to.match(/^variables +SECRET$/m);
      expect(shown.stdout, 'no value').to.not.include('value');
      const [json] = parseLines((await sandbox.run(['inspect', '--json', digits])).stdout);
      expect(json).to.include({ id });
      expect(json?.['manifest']).to.have.nested.property('app.environment[0].value', 'value');
      expect((await sandbox.run(['verify', name()])).stdout).to.equal(`${name()}: unchanged\n`);
      const aci = join(sandbox.path, 'out.aci');
      expect((await sandbox.run(['export', digits, 'out.aci'])).stdout).to.equal(`${aci}\n`);
      expect((await sandbox.run(['rm', id.slice(0, 20)])).stdout).to.equal(`${id}\n`);
      expect((await sandbox.run(['import', 'out.aci'])).stdout).to.equal(`${id}\n`);
    });

    it('say what is wrong, try all images, and write nothing', async () => {
      await sandbox.run(['pull', '-q', image()]);
      const { exitCode, stdout, stderr } = await sandbox.run(['rm', 'nope', name(), 'neither']);
      expect([exitCode, stdout.match(/^sha512-/gm)?.length]).to.deep.equal([1, 1]);
      expect(stderr).to.match(
        /^rkt-streams: RKT_ERR_IMAGE_NOT_FOUND: no image "nope" in the store\. .*\n.*"neither"/,
      );
      const file = join(sandbox.path, 'mine.aci');
      writeFileSync(file, 'mine');
      await sandbox.run(['pull', '-q', image()]);
      const there = await sandbox.run(['export', name(), 'mine.aci']);
      expect([there.exitCode, readFileSync(file, 'utf8')]).to.deep.equal([1, 'mine']);
      expect(there.stderr).to.include('output ACI file exists (try --overwrite)');
      const other = await sandbox.run(['export', name(), 'image.zip']);
      expect([other.exitCode, existsSync(join(sandbox.path, 'image.zip'))]).to.deep.equal([2, false]);
      expect(other.stderr).to.include('the name of an ACI ends in .aci');
      const missing = await sandbox.run(['import', 'gone.tar']);
      expect(missing.stderr).to.include(`${join(sandbox.path, 'gone.tar')}: no such file or directory`);
    });

    it('work with a real rkt, but for what it cannot do', async () => {
      const env = { RKT_STREAMS_RKT: sandbox.likeARealRkt() };
      const aci = await buildImage(sandbox.path, { name: 'example.com/app', bare: true, files: [] });
      const { exitCode, stdout } = await sandbox.run(['import', aci], { env });
      expect([exitCode, ID.test(stdout)]).to.deep.equal([0, true]);
      expect((await sandbox.run(['list', '-q', '--no-trunc'], { env })).stdout).to.equal(stdout);
      writeFileSync(join(sandbox.path, 'some.tar'), '');
      for (const args of [
        ['import', 'some.tar'],
        ['import', '.'],
        ['pull', './some.tar'],
        ['pull', 'oci:.'],
      ]) {
        const refused = await sandbox.run(args, { env });
        expect([refused.exitCode, refused.stdout]).to.deep.equal([1, '']);
        expect(refused.stderr).to.match(
          /RKT_ERR_RKT_UNSUPPORTED: \S+\/rkt takes no archives of docker or OCI, which \S+ is\. Choose the embedded rkt/,
        );
      }
    });
  });
});
