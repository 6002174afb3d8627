import { expect } from 'chai';
import fc from 'fast-check';
import type { FlagSpec } from '../../../src/embedded/command-line/args.ts';
import { Flags, parseFlags } from '../../../src/embedded/command-line/args.ts';
import { RktFailure, UsageFailure } from '../../../src/embedded/embedded-context.ts';

const specs: readonly FlagSpec[] = [
  { name: 'force', kind: 'bool', help: '' },
  { name: 'name', kind: 'value', default: 'none', help: '' },
  { name: 'wait', kind: 'string', default: 'false', noOptDefault: 'true', help: '' },
  { name: 'volume', kind: 'list', help: '' },
  { name: 'grace', kind: 'duration', default: '30m0s', help: '' },
  { name: 'even', kind: 'value', help: '', check: (value) => (Number(value) % 2 === 0 ? undefined : 'odd') },
  { name: 'title', kind: 'value', help: '', deprecated: 'use --name instead', aliasOf: 'name' },
];

function failureOf(argv: readonly string[]): string {
  try {
    parseFlags(specs, argv);
  } catch (error) {
    expect(error).to.be.instanceOf(UsageFailure);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

describe('parseFlags', () => {
  it('reads values behind = and as the next argument, between other arguments', () => {
    const { flags, rest } = parseFlags(specs, [
      'a',
      '--name=x=y',
      'b',
      '--volume',
      'v1',
      '--volume=v2',
      '--force',
    ]);
    expect(rest).to.deep.equal(['a', 'b']);
    expect(flags.string('name')).to.equal('x=y');
    expect(flags.list('volume')).to.deep.equal(['v1', 'v2']);
    expect(flags.bool('force')).to.equal(true);
  });

  it('falls back to defaults', () => {
    const { flags } = parseFlags(specs, []);
    expect(flags.string('name')).to.equal('none');
    expect(flags.bool('force')).to.equal(false);
    expect(flags.durationMs('grace')).to.equal(1_800_000);
    expect(flags.isSet('name')).to.equal(false);
  });

  it('never takes the next argument for a flag whose value is optional', () => {
    const { flags, rest } = parseFlags(specs, ['--wait', '2s', '--force', 'false']);
    expect(flags.string('wait')).to.equal('true');
    expect(flags.bool('force')).to.equal(true);
    expect(rest).to.deep.equal(['2s', 'false']);
  });

  it('stops at the first argument when the option says so', () => {
    const { flags, rest } = parseFlags(specs, ['--force', 'image', '--name=x'], { interspersed: false });
    expect(rest).to.deep.equal(['image', '--name=x']);
    expect(flags.isSet('name')).to.equal(false);
  });

  it('takes everything behind -- as it is', () => {
    expect(parseFlags(specs, ['a', '--', '--force', '--']).rest).to.deep.equal(['a', '--force', '--']);
  });

  it('advises on deprecated spellings and stores the value under the new name', () => {
    const advice: string[] = [];
    const { flags } = parseFlags(specs, ['--title=x'], {
      into: new Flags(specs, (text) => void advice.push(text)),
    });
    expect(flags.string('name')).to.equal('x');
    expect(advice).to.deep.equal(['Flag --title has been deprecated, use --name instead']);
  });

  for (const [argv, message] of [
    [['--bogus'], 'unknown flag: --bogus'],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['--name'], 'flag needs an argument: --name'],
    [['--=1'], 'bad flag syntax: --=1'],
    [
      ['--force=maybe'],
      'invalid argument "maybe" for --force=maybe: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['--even', '3'], 'invalid argument "3" for --even: odd'],
    [['--even=3'], 'invalid argument "3" for --even=3: odd'],
    [['--grace=soon'], 'invalid argument "soon" for --grace=soon: time: invalid duration "soon"'],
  ] as const) {
    it(`refuses ${argv.join(' ')}`, () => {
      expect(failureOf(argv)).to.equal(message);
    });
  }

  it('gives back what was put into a command line, in any order', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9=,:/-]{0,8}$/);
    const piece = fc.oneof(
      word.map((value) => ({ argv: [`--volume=${value}`], volume: [value], rest: [] as string[] })),
      word.map((value) => ({ argv: ['--volume', value], volume: [value], rest: [] as string[] })),
      fc.constant({ argv: ['--force'], volume: [] as string[], rest: [] as string[] }),
      word.map((value) => ({ argv: [value], volume: [] as string[], rest: [value] })),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.string()), (pieces, tail) => {
        const argv = [...pieces.flatMap((p) => p.argv), '--', ...tail];
        const { flags, rest } = parseFlags(specs, argv);
        expect(flags.list('volume')).to.deep.equal(pieces.flatMap((p) => p.volume));
        expect(rest).to.deep.equal([...pieces.flatMap((p) => p.rest), ...tail]);
      }),
    );
  });

  it('answers garbage with a usage failure or not at all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '-', '--name', '--force=', '---'))),
        (argv) => {
          try {
            parseFlags(specs, argv);
          } catch (error) {
            expect(error).to.be.instanceOf(RktFailure);
          }
        },
      ),
    );
  });
});
