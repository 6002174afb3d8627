import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { goDuration } from '../../../src/embedded/commands/embedded-gc.ts';
import { resolveCredentials, wantedCredentials } from '../../../src/embedded/pods/app-credentials.ts';
import { deleteTree } from '../../../src/embedded/pods/delete-tree.ts';
import { interpreterOf } from '../../../src/model/interpreter.ts';
import { lockedDirs, holdLock, parseLocks } from '../../../src/embedded/pods/locks.ts';
import { isWithin, mountOf, parseMountinfo } from '../../../src/embedded/pods/mountinfo.ts';
import { RootfsView } from '../../../src/embedded/pods/rootfs-view.ts';
import { netProblem } from '../../../src/embedded/pods/run-flags.ts';
import { quote } from '../../../src/embedded/pods/shell.ts';
import { parsePort, parseVolume, volumeProblem } from '../../../src/embedded/pods/volume-args.ts';
import { makeDeepTree } from '../../support/deep-tree.ts';
import { requires } from '../../support/requirements.ts';

describe('parts of the embedded rkt', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-parts-'));
  });

  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  describe('quote', () => {
    it('gives a shell every word back as it was', () => {
      const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'));
      const words = fc.array(fc.oneof(word, fc.constantFrom("'", "''", '\\', '$(x)', '-n', '\n', '')), {
        maxLength: 20,
      });
      fc.assert(
        fc.property(words, (list) => {
          const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${list.map(quote).join(' ')}`], {
            encoding: 'utf8',
          });
          expect(stdout).to.equal(list.length === 0 ? '\0' : list.map((entry) => `${entry}\0`).join(''));
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('parseLocks', () => {
    it('knows exclusive flocks from shared ones, other locks and waiting lockers', () => {
      const { exact, inodes } = parseLocks(
        [
          '1: FLOCK  ADVISORY  WRITE 30596 fe:00:2189605 0 EOF',
          '1: -> FLOCK  ADVISORY  WRITE 30600 fe:00:2189606 0 EOF',
          '2: FLOCK  ADVISORY  READ 30597 fe:00:2189607 0 EOF',
          '3: POSIX  ADVISORY  WRITE 30598 fe:00:2189608 0 EOF',
          '4: FLOCK  ADVISORY  WRITE -1 103:1a:77 0 EOF',
          '',
        ].join('\n'),
      );
      expect([...exact]).to.deep.equal(['254:0:2189605', '259:26:77']);
      expect([...inodes]).to.deep.equal(['2189605', '77']);
    });
  });

  describe('holdLock', () => {
    it('holds the lock of a directory, through a rename, until it is released', async () => {
      const [before, after] = [join(dir, 'before'), join(dir, 'after')];
      mkdirSync(before);
      const lock = await holdLock(before, { wait: true });
      spawnSync('mv', [before, after]);
      expect([...lockedDirs([dir, after])]).to.deep.equal([after]);
      expect(await holdLock(after, { wait: false })).to.equal(undefined);
      await lock?.release();
      expect(lockedDirs([after]).size).to.equal(0);
    });

    it('does not make a file where the directory is gone', async () => {
      expect(await holdLock(join(dir, 'gone'), { wait: true })).to.equal(undefined);
      expect(existsSync(join(dir, 'gone'))).to.equal(false);
    });
  });

  describe('parseMountinfo', () => {
    const mounts = parseMountinfo(
      [
        '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
        '30 22 0:30 / /srv/a\\040b\\134c rw,nosuid,nodev shared:1 - tmpfs tmpfs rw',
        '31 30 0:31 / /srv/a\\040b\\134c/d ro - tmpfs tmpfs rw',
      ].join('\n'),
    );

    it('reads escaped paths and the options of the mount', () => {
      expect(mounts[1]).to.deep.equal({ target: '/srv/a b\\c', options: ['rw', 'nosuid', 'nodev'] });
    });

    it('finds the mount a path lies on', () => {
      expect(mountOf(mounts, '/srv/a b\\c/x')?.target).to.equal('/srv/a b\\c');
      expect(mountOf(mounts, '/srv/a b\\cd')?.target).to.equal('/');
      expect(isWithin('/srv', '/')).to.equal(true);
    });
  });

  describe('RootfsView', () => {
    beforeEach(() => {
      mkdirSync(join(dir, 'root/usr/bin'), { recursive: true });
      mkdirSync(join(dir, 'volume'));
      writeFileSync(join(dir, 'root/usr/bin/tool'), 'inside');
      writeFileSync(join(dir, 'volume/tool'), 'volume');
      symlinkSync('usr/bin', join(dir, 'root/bin'));
      symlinkSync('/usr/bin/tool', join(dir, 'root/absolute'));
      symlinkSync('../../../../../../usr/bin/tool', join(dir, 'root/upward'));
      symlinkSync('loop', join(dir, 'root/loop'));
    });

    it('follows symlinks inside the root only', () => {
      const view = new RootfsView(join(dir, 'root'));
      for (const path of ['/bin/tool', '/absolute', '/upward', '/../../bin/../bin/./tool']) {
        expect(view.resolve(path)?.path, path).to.equal('/usr/bin/tool');
        expect(view.read(path), path).to.equal('inside');
      }
    });

    it('ends at loops and at files', () => {
      const view = new RootfsView(join(dir, 'root'));
      expect(view.resolve('/loop')).to.equal(undefined);
      expect(view.resolve('/usr/bin/tool/below')).to.equal(undefined);
      expect(view.resolve('/usr/none/below')?.stat).to.equal(undefined);
    });

    it('sees what is mounted, and nothing in a fresh tmpfs', () => {
      const view = new RootfsView(join(dir, 'root'));
      view.mount({ path: '/usr/bin', host: join(dir, 'volume'), kind: 'volume' });
      view.mount({ path: '/tmp', host: undefined, kind: 'own' });
      expect(view.read('/bin/tool')).to.equal('volume');
      expect(view.resolve('/tmp')?.stat?.isDirectory()).to.equal(true);
      expect(view.resolve('/tmp/x')?.stat).to.equal(undefined);
    });

    it('resolves users by name, number and path', () => {
      const view = new RootfsView(join(dir, 'root'));
      mkdirSync(join(dir, 'root/etc'));
      writeFileSync(join(dir, 'root/etc/passwd'), 'alice:x:1000:50::/:/bin/sh\n');
      writeFileSync(join(dir, 'root/etc/group'), 'staff:x:50:\n');
      const wanted = { user: 'alice', group: 'staff', supplementaryGids: [400, 50] };
      expect(resolveCredentials(view, wanted, 'ROOT')).to.deep.equal({
        uid: 1000,
        gid: 50,
        groups: [400, 50],
      });
      expect(() => resolveCredentials(view, { ...wanted, user: 'bob' }, 'ROOT')).to.throw(
        'failed to lookup process',
      );
      expect(resolveCredentials(view, { ...wanted, user: '/bin' }, 'ROOT').uid).to.equal(process.getuid?.());
    });

    it('resolves users in the order of rkt: root, a number, a path without following it, the last entry', () => {
      const view = new RootfsView(join(dir, 'root'));
      mkdirSync(join(dir, 'root/etc'));
      symlinkSync('/none', join(dir, 'root/dangling'));
      const none = { supplementaryGids: [] };
      const own = { uid: process.getuid?.(), gid: process.getgid?.() };
      const root = { uid: 0, gid: 0, groups: [0] };
      expect(resolveCredentials(view, { ...none, user: 'root', group: 'root' }, 'ROOT')).to.deep.equal(root);
      const linked = resolveCredentials(view, { ...none, user: '/dangling', group: '/dangling' }, 'ROOT');
      expect(linked).to.include(own);
      writeFileSync(join(dir, 'root/etc/passwd'), 'app:x:7:7::/:/x\nroot:x:3:3::/:/x\napp:x:9:9::/:/x\n');
      writeFileSync(join(dir, 'root/etc/group'), 'root:x:3:\n');
      expect(resolveCredentials(view, { ...none, user: 'root', group: 'root' }, 'ROOT')).to.deep.equal(root);
      expect(resolveCredentials(view, { ...none, user: 'app', group: '1' }, 'ROOT').uid).to.equal(9);
    });

    it('takes the uid as the gid where an image of docker2aci names a group that does not exist', () => {
      const view = new RootfsView(join(dir, 'root'));
      mkdirSync(join(dir, 'root/etc'));
      writeFileSync(join(dir, 'root/etc/passwd'), 'app:x:1000:50::/:/bin/sh\n');
      const image = (user: string, group: string, name = 'appc.io/docker/repository') => ({
        annotations: [{ name, value: 'library/x' }],
        app: { user, group },
      });
      const gidOf = (group: string, manifest: object) =>
        resolveCredentials(view, wantedCredentials({ user: 'app', group }, { ...manifest }), 'ROOT').gid;
      expect(gidOf('app', image('app', 'app'))).to.equal(1000);
      for (const [group, manifest] of [
        ['app', image('app', 'app', 'some/other')],
        ['app', image('other', 'app')],
        ['wheel', image('app', 'app')],
      ] as const) {
        expect(() => gidOf(group, manifest), group).to.throw('failed to lookup process credentials');
      }
      writeFileSync(join(dir, 'root/etc/group'), 'app:x:77:\n');
      expect(gidOf('app', image('app', 'app'))).to.equal(77);
    });
  });

  describe('interpreterOf', () => {
    it('reads the line after #!', () => {
      expect(interpreterOf(Buffer.from('#! /usr/bin/env node\n'))).to.equal('/usr/bin/env');
    });

    it('never fails on garbage', () => {
      const elf = fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, ...bytes]));
      fc.assert(
        fc.property(elf, (head) => {
          const found = interpreterOf(head);
          return found === undefined || found.startsWith('/');
        }),
      );
    });
  });

  describe('deleteTree', () => {
    it('deletes links, not what they lead to, and directories without any permission', () => {
      const tree = join(dir, 'tree');
      mkdirSync(join(tree, 'work'), { recursive: true });
      mkdirSync(join(tree, 'work/closed'), { mode: 0 });
      mkdirSync(join(dir, 'kept'));
      writeFileSync(join(dir, 'kept/file'), '');
      symlinkSync('../kept', join(tree, 'link'));
      deleteTree(tree);
      expect(existsSync(tree)).to.equal(false);
      expect(existsSync(join(dir, 'kept/file'))).to.equal(true);
    });

    it('deletes a tree deeper than any path, and than the stack of a recursion', function () {
      this.timeout(60_000);
      const tree = join(dir, 'deep');
      makeDeepTree(tree, 12_000);
      deleteTree(tree);
      expect(existsSync(tree)).to.equal(false);
    });

    it('does not touch what is bound into the tree, be it of the same device', function () {
      requires(this, 'root', 'pods');
      const tree = join(dir, 'bound');
      mkdirSync(join(tree, 'there'), { recursive: true });
      mkdirSync(join(dir, 'kept'));
      writeFileSync(join(dir, 'kept/file'), '');
      const module = new URL('../../../src/embedded/pods/delete-tree.ts', import.meta.url).href;
      const call = `const { deleteTree } = await import('${module}'); try { deleteTree(process.argv[1]); } catch (e) { console.log(e.message); }`;
      const script =
        'mount --bind "$1" "$2/there" || exit 9; exec "$3" --import tsx/esm --input-type=module -e "$4" "$2"';
      const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', join(dir, 'kept'), tree];
      const result = spawnSync('unshare', [...args, process.execPath, call], { encoding: 'utf8' });
      expect(result.stdout).to.equal(
        `"${join(tree, 'there')}" is still mounted, nothing below it is deleted\n`,
      );
      expect(existsSync(join(dir, 'kept/file'))).to.equal(true);
    });
  });

  describe('flags', () => {
    it('reads volumes', () => {
      expect(parseVolume('a,kind=host,source=/x,readOnly=true')).to.deep.equal({
        name: 'a',
        kind: 'host',
        source: '/x',
        readOnly: true,
      });
      expect(parseVolume('a,kind=host,source=/x=y')).to.deep.equal({
        name: 'a',
        kind: 'host',
        source: '/x=y',
      });
      expect(volumeProblem('a,kind=host,source=/x,readOnly=maybe')).to.contain(
        'strconv.ParseBool: parsing "maybe"',
      );
      expect(volumeProblem('a,kind=empty,mode=9')).to.contain('invalid mode "9"');
      expect(volumeProblem('a,kind=empty,uid=x')).to.contain('strconv.Atoi: parsing "x"');
      expect(volumeProblem('a,kind=empty,source=/x')).to.contain('source for empty volume must be empty');
    });

    it('reads ports with and without an address', () => {
      expect(parsePort('http:80')).to.deep.equal({ name: 'http', hostPort: 80 });
      expect(parsePort('http:::1:80')).to.deep.equal({ name: 'http', hostPort: 80, hostIP: '::1' });
      expect(parsePort('Bad:80')).to.match(/^ACName must contain/);
    });

    it('checks networks', () => {
      expect(['host', 'host:', 'default:IP=172.16.28.9', 'n:IP=1', 'a,b'].map(netProblem)).to.deep.equal([
        undefined,
        'arguments are not supported by special netname "host"',
        undefined,
        undefined,
        undefined,
      ]);
    });

    it('prints durations as Go does', () => {
      expect([0, 500, 1500, 60_000, 1_800_000, 86_400_000].map(goDuration)).to.deep.equal([
        ...['0s', '500ms', '1.5s', '1m0s', '30m0s', '24h0m0s'],
      ]);
    });
  });
});
