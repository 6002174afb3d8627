import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { Subject, type Subscription } from 'rxjs';

import { findHosts } from '../../../src/cli/fleet/find-hosts.ts';
import { parseFleetSource } from '../../../src/cli/fleet/fleet-source.ts';
import type { FoundHost } from '../../../src/cli/fleet/found-host.ts';
import { silentLogger, type Logger } from '../../../src/model/logger.ts';
import { openNameServer, type NameServer } from '../../support/name-server.ts';
import { until } from '../../support/until.ts';

/** What was found, newest last, and what was logged as a warning. */
interface Search {
  readonly found: (readonly FoundHost[])[];
  readonly warnings: string[];
  /** Searches again, and waits for the end of that search. */
  again(): Promise<void>;
}

describe('the hosts of a fleet', () => {
  const subscriptions: Subscription[] = [];
  afterEach(() => subscriptions.splice(0).forEach((each) => each.unsubscribe()));

  function search(text: string, nomadToken?: string): Search {
    const refreshSubject = new Subject<void>();
    const found: (readonly FoundHost[])[] = [];
    const warnings: string[] = [];
    let searches = 0;
    const logger: Logger = {
      ...silentLogger,
      warn: (_details: object, message: string) => warnings.push(message),
    };
    const hosts$ = findHosts(parseFleetSource(text, '/'), {
      ...{ logger, nomadToken, refreshMs: 3_600_000, refresh$: refreshSubject },
      onSearched: () => (searches += 1),
    });
    subscriptions.push(hosts$.subscribe((hosts) => found.push(hosts)));
    return {
      found,
      warnings,
      async again() {
        const before = searches;
        refreshSubject.next();
        await until('the hosts are found', () => searches > before);
      },
    };
  }
  const latest = ({ found }: Search) => found.at(-1);

  describe('in a file', () => {
    let directory: string;
    let file: string;
    const write = (hosts: unknown): Promise<void> => writeFile(file, JSON.stringify({ hosts }));
    const replace = async (content: string): Promise<void> => {
      await writeFile(join(directory, 'next'), content);
      await rename(join(directory, 'next'), file);
    };
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
      file = join(directory, 'hosts.json');
    });
    afterEach(() => rm(directory, { recursive: true }));

    it('are read again when it changes, or is replaced', async () => {
      await write([{ name: 'a', url: 'http://a:9477', tokenFile: 'tokens/a' }]);
      const hosts = search(file);
      await until('the hosts are found', () => hosts.found.length === 1);
      expect(latest(hosts)).to.deep.equal([
        { name: 'a', url: 'http://a:9477', tokenFile: join(directory, 'tokens/a') },
      ]);
      await write([{ name: 'b', url: 'unix:///run/b.sock' }]);
      await until('the hosts are found', () => latest(hosts)?.[0]?.name === 'b');
      await replace('{"hosts": []}');
      await until('the hosts are found', () => latest(hosts)?.length === 0);
    });

    it('stay as they are while it is wrong, which is logged once', async () => {
      await write([{ name: 'a', url: 'http://a:9477' }]);
      const hosts = search(file);
      await until('the hosts are found', () => hosts.found.length === 1);
      for (const [content, why] of [
        ['{"hosts": [', 'cannot be read'],
        ['{"hosts": [{"name": "a b", "url": "http://a"}]}', 'is not a name without slash and white space'],
        ['{"hosts": [{"name": "a", "url": "ftp://a"}]}', 'is not of the form http://host:port'],
        ['{"hosts": [{"name": "a", "url": "http://me:secret@a"}]}', 'has credentials'],
        [
          '{"hosts": [{"name": "a", "url": "http://a"}, {"name": "a", "url": "http://b"}]}',
          'two hosts with the name "a"',
        ],
        [
          '{"hosts": [{"name": "a", "url": "http://a", "token": "secret"}]}',
          'known are name, url, tokenFile',
        ],
      ] as const) {
        hosts.warnings.length = 0;
        await replace(content);
        await hosts.again();
        await hosts.again();
        expect(hosts.warnings).to.have.length(1);
        expect(hosts.warnings[0]).to.contain(why).and.not.to.contain('secret');
      }
      expect(hosts.found.every(([first]) => first?.url === 'http://a:9477')).to.equal(true);
    });
  });

  describe('of SRV records', () => {
    let names: NameServer;
    beforeEach(async () => (names = await openNameServer()));
    afterEach(() => names.close());

    it('are their targets, and stay while the name server fails', async () => {
      names.records.set('_rkt._tcp.example.com', [
        ['n1.example.com', 9_477],
        ['n2.example.com', 9_477],
        ['n2.example.com', 9_478],
      ]);
      const hosts = search(`srv+https://_rkt._tcp.example.com?server=${names.address}`);
      await until('the hosts are found', () => hosts.found.length === 1);
      expect(latest(hosts)).to.deep.equal([
        { name: 'n1.example.com', url: 'https://n1.example.com:9477' },
        { name: 'n2.example.com:9477', url: 'https://n2.example.com:9477' },
        { name: 'n2.example.com:9478', url: 'https://n2.example.com:9478' },
      ]);
      names.fails = true;
      await hosts.again();
      expect(hosts.found).to.have.length(1);
      expect(hosts.warnings.join()).to.match(/stay as they are: .*_rkt\._tcp\.example\.com/);
      names.fails = false;
      names.records.clear();
      await hosts.again();
      expect(latest(hosts)).to.deep.equal([]);
      expect(hosts.warnings.at(-1)).to.contain('has no SRV record');
    });
  });

  describe('of Nomad', () => {
    /** Bodies by path; a path that is missing is 404, a number is a status. */
    const answers = new Map<string, unknown>();
    const tokens: unknown[] = [];
    let nomad: Server;
    let origin: string;
    before(async () => {
      nomad = createServer(({ url = '', headers }, response) => {
        tokens.push(headers['x-nomad-token']);
        const answer = answers.get(url) ?? 404;
        response.writeHead(typeof answer === 'number' ? answer : 200, { connection: 'close' });
        response.end(JSON.stringify(answer));
      }).listen(0, '127.0.0.1');
      await once(nomad, 'listening');
      origin = `http://127.0.0.1:${(nomad.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
      answers.clear();
      tokens.length = 0;
      answers.set('/v1/nodes', [
        { ID: '1', Name: 'n1', Address: '10.0.0.1', Drivers: { rkt: { Detected: true, Healthy: true } } },
        { ID: '2', Name: 'n2', Address: 'fd00::2', Drivers: null, Status: 'down' },
      ]);
    });
    after(() => new Promise((resolve) => nomad.close(resolve)));

    it('are the instances of a service, by the names of their nodes', async () => {
      answers.set('/v1/service/rkt?namespace=ops', [
        { NodeID: '1', Address: '10.0.0.1', Port: 9_477, Tags: [] },
        { NodeID: '2', Address: 'fd00::2', Port: 20_000, Tags: null },
      ]);
      const hosts = search(`nomad+${origin}/rkt?namespace=ops`, 'nomads-token');
      await until('the hosts are found', () => hosts.found.length === 1);
      expect(latest(hosts)).to.deep.equal([
        { name: 'n1', url: 'http://10.0.0.1:9477' },
        { name: 'n2', url: 'http://[fd00::2]:20000' },
      ]);
      expect(new Set(tokens)).to.deep.equal(new Set(['nomads-token']));
      answers.set('/v1/nodes', 403);
      await hosts.again();
      expect(latest(hosts)?.map(({ name }) => name)).to.deep.equal(['10.0.0.1', 'fd00::2']);
      expect(hosts.warnings.join()).to.contain('NOMAD_TOKEN').and.not.to.contain('nomads-token');
    });

    it('are none when the service has no instance, and stay when Nomad does not answer', async () => {
      answers.set('/v1/service/rkt', []);
      answers.set('/v1/services', [{ Namespace: 'default', Services: [{ ServiceName: 'db', Tags: [] }] }]);
      const hosts = search(`nomad+${origin}/rkt`);
      await until('the hosts are found', () => hosts.found.length === 1);
      expect(latest(hosts)).to.deep.equal([]);
      expect(hosts.warnings).to.deep.equal(['Nomad has no instance of rkt; it has db']);
      for (const [answer, why] of [
        [500, 'status 500'],
        [404, 'as before Nomad 1.3'],
        [[{ Address: 5 }], 'Address'],
      ] as const) {
        answers.set('/v1/service/rkt', answer);
        await hosts.again();
        expect(hosts.warnings.at(-1)).to.contain('stay as they are').and.to.contain(why);
      }
      expect(hosts.found).to.have.length(1);
    });

    it('are all of its nodes, those that are down too, or those with a task driver', async () => {
      const all = search(`nomad+${origin}?port=9477`);
      const withRkt = search(`nomad+${origin}?port=9477&driver=rkt&scheme=https`);
      await until('the hosts are found', () => all.found.length === 1 && withRkt.found.length === 1);
      expect(latest(all)).to.deep.equal([
        { name: 'n1', url: 'http://10.0.0.1:9477' },
        { name: 'n2', url: 'http://[fd00::2]:9477' },
      ]);
      expect(latest(withRkt)).to.deep.equal([{ name: 'n1', url: 'https://10.0.0.1:9477' }]);
    });
  });
});
