import { expect } from 'chai';

import { enterCommand } from '../../src/rkt/rkt-enter.ts';
import { fetchImages } from '../../src/rkt/rkt-fetch.ts';
import { runPreparedCommand } from '../../src/rkt/rkt-run-prepared.ts';
import { stopPod } from '../../src/rkt/rkt-stop.ts';
import { trustPrefix } from '../../src/rkt/rkt-trust.ts';
import { recordedCommands, replayRunner } from '../support/recordings.ts';

const POD = '591531c3-15fa-4c70-b535-1420e03c7ef5';

/** A runner that answers as rkt once did to this subcommand. */
function answering(subcommand: string): ReturnType<typeof replayRunner> {
  const answer = recordedCommands().find(
    ({ args, exitCode, scenario }) => args[0] === subcommand && exitCode === 0 && scenario !== 'version',
  );
  return replayRunner(answer ?? expect.fail(`no ${subcommand} was recorded`));
}

describe('the command lines of rkt', () => {
  const runner = {
    ...answering('list'),
    binary: { command: ['/bin/sh', '/x/rkt.sh'], runtime: 'embedded' as const },
    globalArgs: ['--dir=/d'],
  };

  it('begin with the binary and its global flags', () => {
    const begin = ['/bin/sh', '/x/rkt.sh', '--dir=/d'];
    expect(runPreparedCommand(runner, ['run-prepared', POD])).to.deep.equal([...begin, 'run-prepared', POD]);
    expect(enterCommand(runner, POD, ['/bin/ls', 's3cret'], 'a')).to.deep.equal({
      argv: [...begin, 'enter', '--app=a', POD, 'RKT_STREAMS_ARGUMENT_3', 'RKT_STREAMS_ARGUMENT_4'],
      env: { RKT_STREAMS_ARGUMENT_3: '/bin/ls', RKT_STREAMS_ARGUMENT_4: 's3cret' },
      command: [...begin, 'enter', '--app=a', POD, '…', '…'],
      secrets: ['/bin/ls', 's3cret'],
    });
  });

  it('hold all words for a real rkt, which looks into no variable', () => {
    const real = { ...runner, binary: { command: ['/usr/bin/rkt'], runtime: 'rkt' as const } };
    const { argv, env, command } = enterCommand(real, POD, ['/bin/ls']);
    expect(argv).to.deep.equal(['/usr/bin/rkt', '--dir=/d', 'enter', POD, '/bin/ls']);
    expect(env).to.deep.equal({});
    expect(command).to.deep.equal(['/usr/bin/rkt', '--dir=/d', 'enter', POD, '…']);
  });

  it('have the insecure options of fetch in front', async () => {
    const fetch = answering('fetch');
    await fetchImages(fetch, ['a.aci'], { insecureOptions: ['image', 'tls'] });
    await fetchImages(fetch, ['b.aci']);
    expect(fetch.sent).to.deep.equal([
      ['--insecure-options=image,tls', 'fetch', '--full', 'a.aci'],
      ['fetch', '--full', 'b.aci'],
    ]);
  });

  it('have the force of stop and the prefix of trust', async () => {
    const [stop, trust] = [answering('stop'), answering('trust')];
    await stopPod(stop, POD, { force: true });
    await trustPrefix(trust, 'example.com/app');
    expect(stop.sent).to.deep.equal([['stop', '--force', POD]]);
    expect(trust.sent).to.deep.equal([
      ['trust', '--skip-fingerprint-review=true', '--prefix=example.com/app'],
    ]);
  });
});
