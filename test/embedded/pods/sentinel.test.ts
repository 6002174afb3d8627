import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';
import { PodFixture } from '../../support/pod-fixture.ts';

/** Starts that fail, each at another point, with the sentinel's directory as a volume where they get that far. */
const FAILING_STARTS: readonly (readonly [string, readonly string[]])[] = [
  ['an unknown user', ['--user=nosuch']],
  ['a missing program', ['--exec=/bin/nope']],
  ['a program that is not found by name', ['--exec=nope']],
  ['a missing working directory', ['--working-dir=/nope']],
  ['a directory as the program', ['--exec=/etc']],
];

/** Starts that fail because of flags of the pod. */
const FAILING_FLAGS: readonly (readonly [string, readonly string[]])[] = [
  ['a bad name server', ['--dns=nowhere']],
  [
    'a volume that does not exist',
    ['--volume=none,kind=host,source=/does/not/exist', '--mount=volume=none,target=/none'],
  ],
  ['an empty volume', ['--volume=none,kind=empty', '--mount=volume=none,target=/none']],
  ['a volume at a file', ['--volume=none,kind=host,source=/proc', '--mount=volume=none,target=/bin/sh']],
  ['a metadata service that is not there', ['--mds-register']],
];

describe('files behind mounts in a pod', () => {
  let fixture: PodFixture;
  let made: PodFixture | undefined;
  let sentinelDir: string;
  let sentinel: string;

  before(async function () {
    this.timeout(60_000);
    made = await PodFixture.create(this);
    fixture = made;
    sentinelDir = join(fixture.dir, 'precious');
    sentinel = join(sentinelDir, 'deep/sentinel');
    mkdirSync(join(sentinelDir, 'deep'), { recursive: true });
    writeFileSync(sentinel, 'still here');
  });

  after(() => made?.remove());

  afterEach(() => {
    if (made !== undefined) expect(readFileSync(sentinel, 'utf8')).to.equal('still here');
  });

  /** Runs a script in a mount namespace of its own; `$rkt` is our rkt with its global options. */
  function inNamespace(script: string, ...args: readonly string[]) {
    const prelude = `rkt() { /bin/sh "${EMBEDDED_RKT}" --dir="${fixture.dataDir}" --insecure-options=image "$@"; }\n`;
    const result = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', prelude + script, 'sh', ...args],
      {
        encoding: 'utf8',
        env: { ...process.env, RKT_STREAMS_NODE: process.execPath },
      },
    );
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  }

  const BIND = 'mkdir -p "$1/in/the/way" && mount --bind "$2" "$1/in/the/way"\n';

  it('survive rm of a prepared pod', async () => {
    const uuid = await fixture.prepare('true');
    const { status, stderr } = inNamespace(
      `${BIND} rkt rm "$3"`,
      fixture.podDir('prepared', uuid),
      sentinelDir,
      uuid,
    );
    expect(stderr).to.match(/^rm: moving expired prepared pod /);
    expect(status).to.equal(0);
    expect(fixture.pods()).to.deep.equal({});
  });

  it('survive rm of an exited pod, behind several mounts on top of each other', async () => {
    const uuid = await fixture.prepare('true');
    await fixture.rkt(['run-prepared', uuid]);
    const script = `${BIND} mount --bind "$2" "$1/in" && mount -t tmpfs tmpfs "$1/in/deep" && rkt rm "$3"`;
    expect(inNamespace(script, fixture.podDir('run', uuid), sentinelDir, uuid).status).to.equal(0);
    expect(fixture.pods()).to.deep.equal({});
  });

  it('survive gc', async () => {
    const uuid = await fixture.prepare('true');
    await fixture.rkt(['run-prepared', uuid]);
    const { status, stdout } = inNamespace(
      `${BIND} rkt gc --grace-period=0s`,
      fixture.podDir('run', uuid),
      sentinelDir,
    );
    expect(status).to.equal(0);
    expect(stdout).to.equal(`Garbage collecting pod "${uuid}"\n`);
    expect(fixture.pods()).to.deep.equal({});
  });

  it('survive gc of an aborted prepare', async () => {
    const failed = await fixture.rkt(['prepare', '--port=nope:1', fixture.image]);
    expect(failed.exitCode).to.equal(254);
    const [uuid = ''] = fixture.pods().prepare ?? [];
    expect(inNamespace(`${BIND} rkt gc`, fixture.podDir('prepare', uuid), sentinelDir).status).to.equal(0);
    expect(fixture.pods()).to.deep.equal({});
  });

  it('stay mounted where they come from, even when the mounts are shared', async () => {
    const uuid = await fixture.prepare('true');
    const script = `mount -t tmpfs tmpfs "$4" && mount --make-shared "$4" && mkdir "$4/sub" &&
      mount --bind "$2" "$4/sub" && mkdir "$1/way" && mount --rbind "$4" "$1/way" &&
      test -e "$1/way/sub/deep/sentinel" && rkt rm "$3" 2>/dev/null && cat "$4/sub/deep/sentinel"`;
    const place = join(fixture.dir, 'place');
    mkdirSync(place);
    const { status, stdout } = inNamespace(
      script,
      fixture.podDir('prepared', uuid),
      sentinelDir,
      uuid,
      place,
    );
    expect(stdout).to.equal(`"${uuid}"\nstill here`);
    expect(status).to.equal(0);
  });

  it('make rm fail and leave the pod when they cannot be unmounted', async () => {
    const uuid = await fixture.prepare('true');
    const dir = fixture.podDir('prepared', uuid);
    // Mounts that a user namespace has inherited are locked: no one inside can unmount them.
    const script = `${BIND} exec unshare --user --map-root-user --mount sh "$4" --dir="$5" rm "$3"`;
    const { status, stderr } = inNamespace(script, dir, sentinelDir, uuid, EMBEDDED_RKT, fixture.dataDir);
    expect(stderr).to.contain('/in/the/way" is still mounted, nothing below it is deleted');
    expect(status).to.equal(254);
    expect(existsSync(fixture.podDir('garbage', uuid))).to.equal(true);
    await fixture.rkt(['gc']);
    expect(fixture.pods()).to.deep.equal({});
  });

  it('make gc fail, name the mount, and go on with other pods', async () => {
    const [held, other] = [await fixture.prepare('true'), await fixture.prepare('true')];
    for (const uuid of [held, other]) await fixture.rkt(['run-prepared', uuid]);
    const script = `${BIND} exec unshare --user --map-root-user --mount sh "$3" --dir="$4" gc --grace-period=0s`;
    const { status, stderr } = inNamespace(
      script,
      fixture.podDir('run', held),
      sentinelDir,
      EMBEDDED_RKT,
      fixture.dataDir,
    );
    expect(stderr).to.contain('/in/the/way" is still mounted');
    expect(status).to.equal(254);
    expect(fixture.pods()).to.deep.equal({ 'exited-garbage': [held] });
    await fixture.rkt(['gc', '--grace-period=0s']);
  });

  for (const [what, flags] of [...FAILING_STARTS, ...FAILING_FLAGS]) {
    it(`survive a start that fails because of ${what}`, async () => {
      const podFlags = FAILING_FLAGS.some(([, candidate]) => candidate === flags) ? flags : [];
      const appFlags = podFlags.length === 0 ? flags : [];
      const volume = [`--volume=v,kind=host,source=${sentinelDir}`, '--mount=volume=v,target=/precious'];
      const { exitCode, stderr } = await fixture.rkt([
        'run',
        ...volume,
        ...podFlags,
        fixture.image,
        ...appFlags,
      ]);
      expect(stderr).to.match(/^(run|stage0): /);
      expect(exitCode).to.equal(254);
      expect(Object.keys(fixture.pods())).to.deep.equal(['run']);
      expect((await fixture.rkt(['gc', '--grace-period=0s'])).exitCode).to.equal(0);
      expect(fixture.pods()).to.deep.equal({});
    });
  }
});
