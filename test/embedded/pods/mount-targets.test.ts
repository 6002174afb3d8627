import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { PodFixture } from '../../support/pod-fixture.ts';

/** Where a shell would run what is between the quotes. */
const INJECTION = "a';touch injected;'";

describe('the places that volumes are mounted at', function () {
  this.timeout(60_000);
  let fixture: PodFixture;
  let made: PodFixture | undefined;
  let shared: string;
  let outside: string;
  let volume: string;

  before(async function () {
    made = await PodFixture.create(this);
    fixture = made;
  });
  after(() => made?.remove());
  beforeEach(() => {
    const base = mkdtempSync(join(fixture.dir, 'case-'));
    [shared, outside, volume] = ['shared', 'outside', 'volume'].map((name) => join(base, name)) as [
      string,
      string,
      string,
    ];
    for (const dir of [join(shared, 'x'), outside, volume]) mkdirSync(dir, { recursive: true });
    writeFileSync(join(volume, 'file'), 'from the volume\n');
  });

  const flags = (source: string, target: string): readonly string[] => [
    `--volume=shared,kind=host,source=${shared}`,
    '--mount=volume=shared,target=/local',
    `--volume=v,kind=host,source=${source}`,
    `--mount=volume=v,target=${target}`,
  ];
  /** Launches a pod after somebody had time to change something: all is decided, and nothing is mounted yet. */
  const launchAfter = async (
    change: () => void,
    script: string,
    ...more: readonly string[]
  ): Promise<{ status: number | null; stdout: string; stderr: string }> => {
    const uuid = await fixture.prepare(script, ...more);
    const launch = await fixture.launchScript(uuid);
    change();
    return spawnSync('/bin/sh', ['-c', launch], { encoding: 'utf8' });
  };
  const toLink = (name: string): void => {
    rmSync(join(shared, name), { recursive: true });
    symlinkSync(outside, join(shared, name));
  };

  it('may lie on another volume, where they are made', async () => {
    const mounts = flags(volume, '/local/x/y/z');
    const { stdout, stderr } = await launchAfter(() => undefined, 'cat /local/x/y/z/file', ...mounts);
    expect([stdout, stderr]).to.deep.equal(['from the volume\n', '']);
    expect(readdirSync(join(shared, 'x/y/z'))).to.deep.equal([]);
  });

  for (const [what, source, target] of [
    ['makes no directory', '', '/local/x/y'],
    ['makes no file', 'file', '/local/x/y'],
    ['mounts nothing', '', '/local/x'],
  ] as const) {
    it(`${what} through a symbolic link that has come there since`, async () => {
      const { status, stdout, stderr } = await launchAfter(
        () => toLink('x'),
        'echo started',
        ...flags(join(volume, source), target),
      );
      expect([status, stdout]).to.deep.equal([253, '']);
      expect(stderr)
        .to.match(/^run-prepared: |^run: /)
        .and.contain('replaced since it was checked: /local/x');
      expect(readdirSync(outside)).to.deep.equal([]);
    });
  }

  it('mounts nothing at a file that became a symbolic link', async () => {
    writeFileSync(join(shared, 'f'), '');
    const { status, stdout, stderr } = await launchAfter(
      () => {
        rmSync(join(shared, 'f'));
        symlinkSync('/etc/hostname', join(shared, 'f'));
      },
      'echo started',
      ...flags(join(volume, 'file'), '/local/f'),
    );
    expect([status, stdout]).to.deep.equal([253, '']);
    expect(stderr).to.contain('/local/f');
  });

  it('starts nothing when the source is not the one that was checked', async () => {
    const uuid = await fixture.prepare('cat /local/x/file', ...flags(volume, '/local/x'));
    const aside = `${volume}.aside`;
    renameSync(volume, aside);
    symlinkSync(outside, volume);
    const { status, stderr } = await fixture
      .rkt(['run-prepared', uuid], { env: { RKT_STREAMS_VOLUMES: 'shared=1:2 v=3:4' } })
      .then(({ exitCode, stderr: text }) => ({ status: exitCode, stderr: text }));
    expect([status, stderr]).to.deep.equal([
      253,
      `run: the volume ${shared} has been replaced since it was checked\n`,
    ]);
  });

  for (const target of ['/dev/rkt-streams-test/dir', '/sys/rkt-streams-test', '/dev/shm/rkt-streams-test']) {
    it(`are not made in ${target.split('/')[1] ?? ''} of the host: ${target}`, async () => {
      const uuid = await fixture.prepare('echo started', ...flags(volume, target));
      const { exitCode, stdout, stderr } = await fixture.rkt(['run-prepared', uuid]);
      const isThere = existsSync(target);
      if (isThere) rmSync(target, { recursive: true });
      expect(isThere).to.equal(false);
      expect([exitCode, stdout]).to.deep.equal([254, '']);
      expect(stderr).to.contain(target).and.contain("is the host's own");
    });
  }

  it('has no name of an image run by the shell of the launch', async function () {
    const odd = await PodFixture.create(this, {
      files: [
        { path: INJECTION, type: 'directory' },
        { path: 'etc', type: 'symlink', linkname: INJECTION },
      ],
    });
    try {
      const uuid = await odd.prepare('echo started');
      const { stdout } = await odd.rkt(['run-prepared', uuid]);
      expect(existsSync(join(odd.podDir('run', uuid), 'injected'))).to.equal(false);
      expect(stdout).to.equal('started\n');
    } finally {
      await odd.remove();
    }
  });
});
