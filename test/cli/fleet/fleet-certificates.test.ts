import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom, from } from 'rxjs';

import { toDrivers } from '../../../src/cli/fleet/fleet-drivers.ts';
import { fileSearch } from '../../../src/cli/fleet/fleet-file.ts';
import { tokenFinder } from '../../../src/cli/fleet/host-token.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import { HOST_CERT, HOST_KEY } from '../../support/host-certificate.ts';
import { openServerFixture, type ServerFixture } from '../../support/server-fixture.ts';

describe('the hosts of a fleet over https', () => {
  let directory: string;
  let fixture: ServerFixture;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-fleet-tls-'));
    await writeFile(join(directory, 'ca.pem'), HOST_CERT);
    await writeFile(join(directory, 'key.pem'), HOST_KEY, { mode: 0o600 });
    fixture = await openServerFixture({
      tls: { cert: join(directory, 'ca.pem'), key: join(directory, 'key.pem') },
    });
  });
  after(async () => {
    await fixture.close();
    await rm(directory, { recursive: true });
  });

  /** The state of the connection, with the certificates of the host's entry and of all hosts. */
  const connectionWith = async (caFile?: string, tlsCa?: string): Promise<string> => {
    const url = `https://localhost:${new URL(fixture.server.url ?? '').port}`;
    const path = join(directory, 'hosts.json');
    await writeFile(path, JSON.stringify({ hosts: [{ name: 'node-1', url, caFile }] }));
    const hosts = await fileSearch(path).find(() => undefined);
    const access = { findToken: tokenFinder(undefined), tlsCa, logger: silentLogger };
    const drivers = await firstValueFrom(from([hosts]).pipe(toDrivers(access)));
    const driver = drivers['node-1'];
    if (driver === undefined) throw new Error('there is no driver');
    const connection = await firstValueFrom(driver.connection());
    await driver.shutdown();
    return connection.state === 'stale' ? (connection.reason ?? '') : connection.state;
  };

  it('are trusted by the file of the host, or by that of all hosts, and not otherwise', async () => {
    expect(await connectionWith('ca.pem')).to.equal('live');
    expect(await connectionWith(undefined, join(directory, 'ca.pem'))).to.equal('live');
    expect(await connectionWith()).to.include('its certificate is self-signed');
  });
});
