import { status } from '@grpc/grpc-js';
import { expect } from 'chai';

import { createDriver, type Driver } from '../../src/index.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { serve, type Services } from '../support/nomad-services.ts';

describe('the base service', () => {
  let driver: Driver;
  let services: Services;

  before(async () => {
    driver = createDriver({ rkt: 'embedded', dataDir: '/nonexistent/data' });
    services = await serve(driver);
  });
  after(async () => {
    await services.close();
    await services.dispose();
  });

  const setConfig = (config: object | undefined, nomad?: object) =>
    services.base.unary('SetConfig', {
      msgpack_config: config === undefined ? Buffer.alloc(0) : encodeMsgpack(config),
      plugin_api_version: 'v0.1.0',
      ...(nomad && { nomad_config: nomad }),
    });

  it('says who it is', async () => {
    expect(await services.base.unary('PluginInfo', {})).to.deep.equal({
      type: 'DRIVER',
      name: 'rkt',
      plugin_version: '0.1.0',
      plugin_api_versions: ['v0.1.0'],
    });
  });

  it('has a schema of one object', async () => {
    const { spec } = await services.base.unary('ConfigSchema', {});
    expect(spec?.block).to.equal('object');
    expect(Object.keys(spec?.object?.attributes ?? {})).to.include.members(['volumes_enabled', 'gc']);
  });

  it('takes its configuration three times, with and without that of the agent', async () => {
    const config = {
      volumes_enabled: false,
      stats_interval: '2s',
      rkt_path: null,
      gc: { image: true, pod: null },
    };
    const nomad = { driver: { ClientMaxPort: 14_512, ClientMinPort: 14_000, Topology: { node_ids: [0] } } };
    await setConfig(config);
    await setConfig(config);
    expect(driver.config().agent).to.deep.equal({});
    await setConfig(config, nomad);
    expect(driver.config().driver).to.deep.include({ volumes_enabled: false, stats_interval: '2s' });
    expect(driver.config().driver.gc).to.include({ image: true, pod: true });
    expect(driver.config().agent).to.deep.equal({ clientMinPort: 14_000, clientMaxPort: 14_512 });
  });

  it('takes no bytes for the defaults', async () => {
    await setConfig(undefined, {});
    expect(driver.config().driver.volumes_enabled).to.equal(true);
    expect(driver.config().agent).to.deep.equal({});
  });

  const refusals: readonly (readonly [string, Buffer, string])[] = [
    ['an unknown attribute', encodeMsgpack({ volume_enabled: true }), 'volumes_enabled'],
    ['a wrong type', encodeMsgpack({ volumes_enabled: 'yes' }), 'volumes_enabled'],
    ['bytes that are no msgpack', Buffer.from('81a1', 'hex'), 'not valid msgpack'],
  ];
  for (const [what, msgpack_config, text] of refusals) {
    it(`refuses ${what}, and keeps what it had`, async () => {
      await setConfig({ volumes_enabled: false });
      const error = await services.base.unary('SetConfig', { msgpack_config }).then(
        () => undefined,
        (reason: unknown) => reason as { code: number; details: string },
      );
      expect(error?.code).to.equal(status.INVALID_ARGUMENT);
      expect(error?.details).to.include(text);
      expect(driver.config().driver.volumes_enabled).to.equal(false);
    });
  }
});
