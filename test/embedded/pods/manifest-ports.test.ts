import { expect } from 'chai';

import { checkPorts, portsCalled } from '../../../src/embedded/pods/manifest-ports.ts';
import type { PodApp } from '../../../src/embedded/pods/pod-manifest.ts';

const HTTP = { name: 'http', protocol: 'tcp', port: 80, count: 1, socketActivated: false };

describe('portsCalled', () => {
  const apps = [{ app: { ports: [HTTP] } }] as unknown as readonly PodApp[];

  it('finds a port by its name, and by its number and protocol', () => {
    expect(portsCalled(apps, 'http')).to.deep.equal([HTTP]);
    expect(portsCalled(apps, '80-tcp')).to.deep.equal([HTTP]);
  });

  it('gives the only app of a pod a port that the image does not list', () => {
    expect(portsCalled(apps, '53-udp')).to.deep.equal([
      { ...HTTP, name: '53-udp', protocol: 'udp', port: 53 },
    ]);
    expect(portsCalled([...apps, ...apps], '53-udp')).to.deep.equal([]);
    expect(portsCalled(apps, '0-tcp')).to.deep.equal([]);
    expect(portsCalled(apps, '70000-tcp')).to.deep.equal([]);
    expect(portsCalled(apps, 'https')).to.deep.equal([]);
  });

  it('counts a port once, whatever it is called', () => {
    const ports = [
      { name: 'http', hostPort: 8080 },
      { name: '80-tcp', hostPort: 8080 },
    ];
    expect(() => checkPorts(apps, ports)).to.throw('port tcp-0.0.0.0:8080 already mapped to pod port 80');
  });
});
