import { expect } from 'chai';

import type { TaskSpecInput } from '../../../src/model/task-spec.ts';
import { runPreparedArguments } from '../../../src/ops/arguments/run-prepared-arguments.ts';
import { expectRktError } from '../../support/errors.ts';
import { aTaskSpec } from '../../support/task-specs.ts';

const POD = '591531c3-15fa-4c70-b535-1420e03c7ef5';
const argumentsOf = (
  config: Partial<TaskSpecInput['config']> = {},
  more: Partial<TaskSpecInput> = {},
): readonly string[] =>
  runPreparedArguments(aTaskSpec('one', { config: { image: 'example.com/app', ...config }, ...more }), POD);

describe('runPreparedArguments', () => {
  it('is short for a task that has only an image', () => {
    expect(argumentsOf()).to.deep.equal(['--insecure-options=all', '--debug=false', 'run-prepared', POD]);
  });

  it('has everything in the order of rkt', () => {
    const args = argumentsOf({
      ...{ dns_servers: ['8.8.8.8', '2001:db8::1'], dns_search_domains: ['a.example', 'b.example'] },
      ...{ net: ['default', 'own:IP=10.0.0.1'], debug: true, insecure_options: ['image'] },
      hostname: 'web-1',
    });
    expect(args).to.deep.equal([
      ...['--insecure-options=image', '--debug=true', 'run-prepared', '--dns=8.8.8.8', '--dns=2001:db8::1'],
      ...[
        '--dns-search=a.example',
        '--dns-search=b.example',
        '--net=default,own:IP=10.0.0.1',
        '--hostname=web-1',
      ],
      POD,
    ]);
  });

  for (const word of ['host', 'none']) {
    it(`takes ${word} as the only DNS server`, () => {
      expect(argumentsOf({ dns_servers: [word] })).to.include(`--dns=${word}`);
    });

    it(`refuses ${word} beside another DNS server`, () => {
      const call = (): unknown => argumentsOf({ dns_servers: ['8.8.8.8', word] });
      expect(expectRktError(call, 'RKT_ERR_DNS').message).to.include(`"${word}"`);
    });
  }

  for (const server of ['', 'localhost', '8.8.8', '8.8.8.8:53', '8.8.8.8,1.1.1.1', ' 8.8.8.8', 'HOST']) {
    it(`refuses ${JSON.stringify(server)} as a DNS server`, () => {
      const call = (): unknown => argumentsOf({ dns_servers: [server] });
      expect(expectRktError(call, 'RKT_ERR_DNS').message).to.include(`"${server}"`);
    });
  }

  const dns = {
    servers: ['10.0.0.2', '10.0.0.3'],
    searches: ['svc.example'],
    options: ['ndots:2', 'timeout:1'],
  };
  const resolvers: readonly (readonly [string, Partial<TaskSpecInput['config']>, readonly string[]])[] = [
    [
      'takes the DNS of the group',
      {},
      [
        ...['--dns=10.0.0.2', '--dns=10.0.0.3', '--dns-search=svc.example'],
        ...['--dns-opt=ndots:2', '--dns-opt=timeout:1'],
      ],
    ],
    [
      'prefers the servers of the task',
      { dns_servers: ['8.8.8.8'] },
      ['--dns=8.8.8.8', '--dns-search=svc.example', '--dns-opt=ndots:2', '--dns-opt=timeout:1'],
    ],
    [
      'prefers the search domains of the task',
      { dns_search_domains: ['a.example'] },
      [
        ...['--dns=10.0.0.2', '--dns=10.0.0.3', '--dns-search=a.example'],
        ...['--dns-opt=ndots:2', '--dns-opt=timeout:1'],
      ],
    ],
    [
      'leaves the rest of the group out where the task wants the DNS of the host',
      { dns_servers: ['host'] },
      ['--dns=host'],
    ],
  ];
  for (const [fact, config, expected] of resolvers) {
    it(fact, () => {
      const args = argumentsOf(config, { dns });
      expect(args.filter((arg) => arg.startsWith('--dns'))).to.deep.equal(expected);
    });
  }

  it('refuses a DNS server of the group that is no address', () => {
    const call = (): unknown => argumentsOf({}, { dns: { servers: ['ns.example'] } });
    expect(expectRktError(call, 'RKT_ERR_DNS').message).to.include('"ns.example"');
  });
});
