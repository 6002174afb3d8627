import { expect } from 'chai';

import { createConfiguration } from '../../src/ops/configuration.ts';
import { expectRktError } from '../support/errors.ts';

describe('createConfiguration', () => {
  it('has the options of createDriver where the configuration says nothing', () => {
    const { settings, set } = createConfiguration({ dataDir: '/d', rktDir: '/r', rktConcurrency: 7 });
    set({ rkt_path: 'embedded' });
    expect(settings()).to.include({ dataDir: '/d', rktDir: '/r', rktConcurrency: 7, rkt: 'embedded' });
  });

  it('prefers the configuration where it says something', () => {
    const { settings, set } = createConfiguration({ dataDir: '/d', rkt: 'embedded', cgroupParent: 'a' });
    set({ data_dir: '/e', rkt_dir: '/s', rkt_path: '/usr/bin/rkt', cgroup_parent: 'b', concurrency: 2 });
    expect(settings()).to.include({ dataDir: '/e', rktDir: '/s', rkt: '/usr/bin/rkt' });
    expect(settings()).to.include({ cgroupParent: 'b', rktConcurrency: 2 });
  });

  it('takes any change before the first use', () => {
    const { settings, set } = createConfiguration({ dataDir: '/d' });
    set({ data_dir: '/e' });
    set({ data_dir: '/f' });
    set({});
    expect(settings().dataDir).to.equal('/d');
  });

  it('takes the same values again after the first use, and all that shapes nothing', () => {
    const { settings, set, current } = createConfiguration({ dataDir: '/d' });
    set({ data_dir: '/e', volumes_enabled: true });
    const first = settings();
    set({ data_dir: '/e', volumes_enabled: false, stats_interval: '5s', gc: { image: true } });
    expect(settings()).to.equal(first);
    expect(current().driver).to.deep.include({
      ...{ volumes_enabled: false, stats_interval: '5s' },
      gc: { pod: true, image: true, image_delay: '3m' },
    });
  });

  const changes = {
    rkt_path: '/usr/bin/rkt',
    rkt_dir: '/other/rkt',
    data_dir: '/other',
    cgroup_parent: 'other',
    concurrency: 9,
  };
  for (const [key, value] of Object.entries(changes)) {
    it(`refuses another ${key} after the first use, and changes nothing`, () => {
      const options = { dataDir: '/d', rktDir: '/r', rkt: 'embedded', cgroupParent: 'c', rktConcurrency: 3 };
      const { settings, set, current } = createConfiguration(options);
      set({ volumes_enabled: false }, { clientMinPort: 1 });
      const before = [settings(), current()];
      const act = (): void => set({ [key]: value, volumes_enabled: true }, { clientMinPort: 2 });
      const { message } = expectRktError(act, 'RKT_ERR_DRIVER_CONFIG');
      expect(message).to.include(`config.${key}: `).and.include(JSON.stringify(value));
      expect(message)
        .to.match(/already uses ("(embedded|\/r|\/d|c)"|3) and/)
        .and.include('configure a new one');
      expect([settings(), current()]).to.deep.equal(before);
    });
  }

  it('keeps what it has when the new one is not valid', () => {
    const { set, current } = createConfiguration({});
    set({ volumes_enabled: false }, { clientMaxPort: 5 });
    const before = current();
    expectRktError(() => set({ colour: 'red' }), 'RKT_ERR_DRIVER_CONFIG');
    expectRktError(() => set({}, { clientMaxPort: -5 }), 'RKT_ERR_DRIVER_CONFIG');
    expect(current()).to.equal(before);
  });

  it('takes nothing for a configuration without attributes', () => {
    const { set, current } = createConfiguration({});
    set(undefined);
    expect(current()).to.deep.include({ agent: {} });
    set(null);
    expect(current().driver.volumes_enabled).to.equal(true);
  });

  it('refuses options that are not valid at once', () => {
    expectRktError(() => createConfiguration({ dataDir: 'relative' }), 'RKT_ERR_OPTIONS');
  });
});
