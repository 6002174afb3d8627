import { expect } from 'chai';
import fc from 'fast-check';
import type { FlagSpec } from '../../../src/embedded/command-line/args.ts';
import { parseFlags } from '../../../src/embedded/command-line/args.ts';
import { RktFailure, UsageFailure } from '../../../src/embedded/embedded-context.ts';
import type { ImageArgs } from '../../../src/embedded/command-line/image-args.ts';
import { appFlags, parseImageArgs } from '../../../src/embedded/command-line/image-args.ts';

const specs: readonly FlagSpec[] = [
  ...appFlags,
  { name: 'volume', kind: 'list', help: '' },
  { name: 'no-overlay', kind: 'bool', help: '' },
];

function parse(...argv: readonly string[]): ImageArgs {
  const { flags, rest } = parseFlags(specs, argv, { interspersed: false });
  return parseImageArgs(flags, rest);
}

function failureOf(...argv: readonly string[]): RktFailure {
  try {
    parse(...argv);
  } catch (error) {
    expect(error).to.be.instanceOf(RktFailure);
    return error as RktFailure;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

const VOLUME = '--volume=data,kind=host,source=/srv';

describe('parseImageArgs', () => {
  it('gives flags and arguments to the image in front of them', () => {
    const { apps } = parse('one', '--exec', '/bin/echo', '--', '--name=x', 'a', '---', 'two', '--user=7');
    expect(apps.map(({ image }) => image)).to.deep.equal(['one', 'two']);
    expect(apps[0]).to.include({ exec: '/bin/echo' });
    expect(apps[0]?.args).to.deep.equal(['--name=x', 'a']);
    expect(apps[1]).to.include({ user: '7' });
    expect(apps[1]?.args).to.deep.equal([]);
  });

  it('keeps -- inside the arguments of an app', () => {
    expect(parse('one', '--', 'sh', '--', 'x').apps[0]?.args).to.deep.equal(['sh', '--', 'x']);
  });

  it('collects every kind of per-app value', () => {
    const { apps } = parse(
      ...[
        VOLUME,
        'one',
        '--environment=A=1',
        '--environment=B=x=y',
        '--environment=A=2',
        '--memory=64M',
        '--cpu=500m',
      ],
      ...[
        '--cpu-shares=512',
        '--oom-score-adj=-5',
        '--caps-retain=CAP_KILL,CAP_MKNOD',
        '--supplementary-gids=10,20',
      ],
      ...[
        '--readonly-rootfs=true',
        '--mount=volume=data,target=/d',
        '--annotation=a/b=c',
        '--user-label=l=w',
      ],
    );
    const expected = {
      ...{ memory: '64M', cpu: '500m', cpuShares: 512, oomScoreAdj: -5, readonlyRootfs: true },
      environment: [
        { name: 'A', value: '2' },
        { name: 'B', value: 'x=y' },
      ],
      capsRetain: ['CAP_KILL', 'CAP_MKNOD'],
      supplementaryGids: [10, 20],
      mounts: [{ volume: 'data', path: '/d' }],
      annotations: [{ name: 'a/b', value: 'c' }],
      userLabels: [{ name: 'l', value: 'w' }],
    };
    expect(apps[0]).to.deep.include(expected);
  });

  it('takes mounts in front of the images for the whole pod', () => {
    const { apps, mounts } = parse(VOLUME, '--mount=volume=data,target=/d', 'one');
    expect(mounts).to.deep.equal([{ volume: 'data', path: '/d' }]);
    expect(apps[0]?.mounts).to.deep.equal([]);
  });

  it('adds flags of the pod that follow an image to the others', () => {
    const { flags, rest } = parseFlags(specs, ['one', '--no-overlay', '--volume=a,kind=empty'], {
      interspersed: false,
    });
    parseImageArgs(flags, rest);
    expect(flags.bool('no-overlay')).to.equal(true);
    expect(flags.list('volume')).to.deep.equal(['a,kind=empty']);
  });

  it('wants per-app flags behind an image', () => {
    const failure = failureOf('--exec', '/bin/echo', 'one');
    expect(failure).to.be.instanceOf(UsageFailure);
    expect(failure.message).to.equal('invalid argument "/bin/echo" for --exec: --exec must follow an image');
  });

  for (const [argv, message] of [
    [
      ['one', '--exec', 'a', '--exec', 'b'],
      'invalid argument "b" for --exec: --exec specified multiple times for the same image',
    ],
    [
      ['one', '--environment=X'],
      'invalid argument "X" for --environment=X: invalid format of --environment flag "X"',
    ],
    [
      ['one', '--memory=16m'],
      'invalid argument "16m" for --memory=16m: memory limit of 1 bytes too low. Try a reasonable value, such as --memory=16M',
    ],
    [
      ['one', '--cpu-shares=1'],
      'invalid argument "1" for --cpu-shares=1: os/linux/cpu-shares must be between 2 and 262144, got 1',
    ],
    [['one', '--mount=volume=d,target=/d'], 'dangling mount point "/d": volume "d" not found'],
    [['one', '--bogus'], 'unknown flag: --bogus'],
    [['one', '--', 'a', '---', '--', 'b'], 'only one set of app arguments allowed per image'],
  ] as const) {
    it(`refuses ${argv.join(' ')}`, () => {
      const failure = failureOf(...argv);
      expect(failure).not.to.be.instanceOf(UsageFailure);
      expect(failure.describe(false)).to.equal(`error parsing app image arguments: ${message}`);
    });
  }

  it('gives back every image with its arguments', () => {
    const image = fc.stringMatching(/^[a-z][a-z0-9./:-]{0,10}$/);
    const args = fc.option(fc.array(fc.string().filter((text) => text !== '---')), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(image, args), { minLength: 1 }), (apps) => {
        const argv = apps.flatMap(([name, list]) => [
          name,
          ...(list === undefined ? [] : ['--', ...list, '---']),
        ]);
        const parsed = parse(...argv).apps;
        expect(parsed.map((app) => [app.image, app.args])).to.deep.equal(
          apps.map(([name, list]) => [name, list ?? []]),
        );
      }),
    );
  });
});
