import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatAge, formatSize, formatTime, tabTable } from '../../../src/embedded/command-line/text.ts';
import { callRkt } from '../../support/embedded-rkt.ts';

interface Step {
  readonly argv: readonly string[];
  readonly stdout: string;
  readonly exitCode: number;
}

const RECORDING = new URL('../../fixtures/rkt-recordings/version.json', import.meta.url);
const { steps } = JSON.parse(readFileSync(RECORDING, 'utf8')) as { readonly steps: readonly Step[] };
const commandHelps = steps.filter(
  ({ argv }) => argv.at(-1) === '--help' && !['image', 'api-service', 'export'].includes(argv[1] ?? ''),
);

describe('the help', () => {
  for (const { argv, stdout } of commandHelps) {
    it(`of ${argv.slice(1, -1).join(' ')} is that of rkt`, async () => {
      for (const call of [argv.slice(1), ['help', ...argv.slice(1, -1)], [argv[1] ?? '', '-h']]) {
        expect((await callRkt(call)).stdout, call.join(' ')).to.equal(stdout);
      }
    });
  }

  it('goes to stdout with status 2 when there is no command', async () => {
    const { exitCode, stdout, stderr } = await callRkt([]);
    expect([exitCode, stderr]).to.deep.equal([2, 'rkt: missing command\n']);
    expect(stdout).to.contain('  -h, --help[=false]');
    expect((await callRkt(['help'])).stdout).not.to.contain('-h, --help');
  });

  it('leaves an app its own -h', async () => {
    const { stdout } = await callRkt(['--dir=/nonexistent', 'enter', 'ffff', 'ls', '-h'], { uid: 65534 });
    expect(stdout).to.equal('');
  });

  it('comes with usage errors', async () => {
    const { exitCode, stdout, stderr } = await callRkt(['image', 'list', '--format=xml']);
    expect([exitCode, stderr]).to.deep.equal([
      254,
      'Error: invalid argument "xml" for --format=xml: Invalid format option: xml\n\n',
    ]);
    expect(stdout).to.match(/^NAME:\n\timage list - List images/);
  });
});

describe('the command', () => {
  it('may be cut to a unique prefix, with global flags in front', async () => {
    const { stdout } = await callRkt(['--debug', '--dir', '/nonexistent', 'vers']);
    expect(stdout.split('\n').map((line) => line.split(':')[0])).to.deep.equal([
      ...['rkt Version', 'appc Version', 'Go Version', 'Go OS/Arch', 'Features', ''],
    ]);
  });

  it('is refused with suggestions when it is ambiguous or unknown', async () => {
    const ambiguous = await callRkt(['s']);
    expect(ambiguous.exitCode).to.equal(254);
    expect(ambiguous.stderr).to.match(
      /^Error: unknown command "s" for "rkt"\n\nDid you mean this\?\n\tgc\n\trm\n\tstatus\n/,
    );
    expect((await callRkt(['bogus'])).stderr).to.equal(
      'Error: unknown command "bogus" for "rkt"\nRun \'rkt --help\' for usage.\n',
    );
  });

  it('says of a command of rkt that it has none', async () => {
    const { exitCode, stderr } = await callRkt(['completion', 'bash']);
    expect([exitCode, stderr]).to.deep.equal([254, 'rkt: the embedded rkt has no command "completion"\n']);
  });
});

describe('texts', () => {
  it('align cells with tabs', () => {
    expect(
      tabTable([
        ['ID', 'N', 'X'],
        ['12345678', '', 'y'],
      ]),
    ).to.equal('ID\t\tN\tX\n12345678\t\ty\n');
  });

  it('show ages and sizes as rkt does', () => {
    const ages = [0, 1, 59, 61, 7200, 86400, 8 * 86400, 40 * 365 * 86400].map((s) => formatAge(0, s * 1000));
    expect(ages).to.deep.equal([
      ...['now', '1 second ago', '59 seconds ago', '1 minute ago', '2 hours ago', '1 day ago', '1 week ago'],
      'a long while ago',
    ]);
    expect([5, 2048, 14000, 4022647].map(formatSize)).to.deep.equal(['5B', '2.0KiB', '14KiB', '3.8MiB']);
  });

  it('show times with up to three digits of a second', () => {
    expect(formatTime(1_795_449_708_470)).to.match(/^2026-11-\d\d \d\d:\d\d:48\.47 [+-]\d{4} \S+$/);
    expect(formatTime(1_795_449_708_000)).to.match(/:48 [+-]/);
  });
});
