import { expect } from 'chai';

import { parseFleetSource } from '../../../src/cli/fleet/fleet-source.ts';
import { expectRktError } from '../../support/errors.ts';

const parse = (text: string) => parseFleetSource(text, '/etc');
const NOMAD = 'http://127.0.0.1:4646';

describe('the source of a fleet', () => {
  for (const [text, source] of [
    ['hosts.json', { kind: 'file', path: '/etc/hosts.json' }],
    ['/srv/hosts.json', { kind: 'file', path: '/srv/hosts.json' }],
    ['srv+https://_rkt._tcp.example.com', { kind: 'srv', name: '_rkt._tcp.example.com', scheme: 'https' }],
    [
      'srv+http://rkt.service.consul?server=127.0.0.1:8600',
      { kind: 'srv', name: 'rkt.service.consul', scheme: 'http', server: '127.0.0.1:8600' },
    ],
    [`nomad+${NOMAD}/rkt`, { kind: 'nomad-service', nomad: NOMAD, service: 'rkt', scheme: 'http' }],
    [
      'nomad+https://nomad.example.com:4646/rkt?namespace=ops&scheme=https',
      {
        ...{ kind: 'nomad-service', nomad: 'https://nomad.example.com:4646', service: 'rkt' },
        ...{ namespace: 'ops', scheme: 'https' },
      },
    ],
    [
      `nomad+${NOMAD}?port=9477&driver=rkt`,
      { kind: 'nomad-nodes', nomad: NOMAD, port: 9477, driver: 'rkt', scheme: 'http' },
    ],
  ] as const)
    it(`can be ${text}`, () => expect(parse(text)).to.deep.equal(source));

  for (const [text, why] of [
    ['', 'is empty'],
    ['http://127.0.0.1:4646', 'is none of a file, srv+http'],
    ['srv+ftp://example.com', 'is none of'],
    ['srv+http://example.com:9477', 'has a path or a port beside the name'],
    ['srv+http://example.com?server=ns.example.com', 'has a server that is not ADDRESS:PORT'],
    [`nomad+${NOMAD}`, 'has neither the name of a service in its path nor a port'],
    [`nomad+${NOMAD}?port=0`, 'has neither'],
    [`nomad+${NOMAD}/rkt?port=9477`, 'has both a service and the port'],
    [`nomad+${NOMAD}?port=1&namespace=x`, 'nodes have none'],
    [`nomad+${NOMAD}/rkt?token=x`, 'has "token", and only port, driver, namespace, scheme are known'],
    [`nomad+${NOMAD}/a/b`, 'is not the name of a service'],
  ] as const)
    it(`cannot be ${JSON.stringify(text)}`, () => {
      expect(expectRktError(() => parse(text), 'RKT_ERR_OPTIONS').what).to.contain(why);
    });

  it('has no credentials, and the error has none either', () => {
    const error = expectRktError(() => parse('nomad+http://me:secret@nomad:4646/rkt'), 'RKT_ERR_OPTIONS');
    expect(error.what).to.contain('has credentials');
    expect(String(error)).not.to.contain('secret');
  });
});
