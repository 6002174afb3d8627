import { expect } from 'chai';

import { agentSettings, changedKeys } from '../../../src/cli/agent/agent-settings.ts';
import { expectRktError } from '../../support/errors.ts';

const of = (file: Readonly<Record<string, unknown>>, flags = {}): ReturnType<typeof agentSettings> =>
  agentSettings(file, flags, '/home/me');

describe('agentSettings', () => {
  it('has defaults', () => {
    expect(of({})).to.deep.include({
      listen: { host: '127.0.0.1', port: 9_477 },
      allowRemote: false,
      requireToken: false,
      dashboard: true,
      labels: [],
      intervalMs: 1_000,
    });
  });

  const addresses: readonly (readonly [string, unknown])[] = [
    ['9000', { host: '127.0.0.1', port: 9_000 }],
    [':9000', { host: '127.0.0.1', port: 9_000 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:9477', { host: '::1', port: 9_477 }],
    ['none', false],
  ];
  for (const [text, listen] of addresses) {
    it(`reads the address ${text}`, () => {
      expect(of({}, { listen: text }).listen).to.deep.equal(listen);
    });
  }

  for (const listen of ['', 'x', '127.0.0.1', '1:65536', '::1:9477', 'a b:1:2']) {
    it(`refuses the address "${listen}"`, () => {
      expect(expectRktError(() => of({ listen }), 'RKT_ERR_OPTIONS').message).to.include('server.listen');
    });
  }

  it('takes the names of labels from the flag, then from the file, and no others', () => {
    expect(of({}).metricsLabels).to.equal('cadvisor');
    expect(of({ metricsLabels: 'docker' }).metricsLabels).to.equal('docker');
    expect(of({ metricsLabels: 'docker' }, { metricsLabels: 'nomad' }).metricsLabels).to.equal('nomad');
    const error = expectRktError(() => of({}, { metricsLabels: 'k8s' }), 'RKT_ERR_OPTIONS');
    expect(error.message).to.contain('server.metricsLabels').and.to.contain('"k8s"');
  });

  it('takes groups of metrics from the flag, then from the file, and no unknown ones', () => {
    expect(of({}).metricsGroups).to.deep.equal([]);
    expect(of({ metricsGroups: ['disk'] }).metricsGroups).to.deep.equal(['disk']);
    expect(of({ metricsGroups: ['disk'] }, { metricsGroups: ['processes'] }).metricsGroups).to.deep.equal([
      'processes',
    ]);
    const error = expectRktError(() => of({}, { metricsGroups: ['discs'] }), 'RKT_ERR_OPTIONS');
    expect(error.message).to.contain('server.metricsGroups').and.to.contain('"discs"');
  });

  it('lets a flag win over the file', () => {
    const settings = of(
      { listen: '1', requireToken: false, dashboard: true },
      { listen: '2', requireToken: true, dashboard: false },
    );
    expect(settings).to.deep.include({
      listen: { host: '127.0.0.1', port: 2 },
      requireToken: true,
      dashboard: false,
    });
    expect(of({ dashboard: false }, { dashboard: true }).dashboard).to.equal(false);
  });

  it('reads the path of a socket from where the command was given', () => {
    expect(of({}, { socket: 'x.sock' }).socket).to.equal('/home/me/x.sock');
    expect(of({}, { socket: 'none' }).socket).to.equal('none');
  });

  it('refuses what would serve no one, and what no one knows', () => {
    expectRktError(() => of({}, { listen: 'none', socket: 'none' }), 'RKT_ERR_OPTIONS');
    expectRktError(() => of({ colour: 'red' }), 'RKT_ERR_OPTIONS');
  });
});

describe('changedKeys', () => {
  it('names what differs, however deep', () => {
    const before: Record<string, unknown> = { a: 1, b: { c: [1] }, d: 2 };
    expect(changedKeys(before, { a: 1, b: { c: [2] }, e: 3 })).to.have.members(['b', 'd', 'e']);
  });
});
