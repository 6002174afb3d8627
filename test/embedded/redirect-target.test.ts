import { expect } from 'chai';

import { redirectTarget } from '../../src/embedded/http/redirect-target.ts';

describe('a redirect', () => {
  for (const [from, location, to] of [
    ['https://a.example/x/y', '/z', 'https://a.example/z'],
    ['https://a.example/x', 'https://b.example/z?sig=1', 'https://b.example/z?sig=1'],
    ['http://a.example/x', 'https://b.example/', 'https://b.example/'],
    ['http://localhost:5000/x', 'http://127.0.0.1:5001/z', 'http://127.0.0.1:5001/z'],
    ['http://127.0.0.1/x', 'https://b.example/', 'https://b.example/'],
    ['http://169.254.10.1/x', '/z', 'http://169.254.10.1/z'],
    ['https://registry.lan/x', 'https://10.0.0.7/z', 'https://10.0.0.7/z'],
  ] as const)
    it(`leads from ${from} to ${location}`, () => {
      expect(redirectTarget(location, from)).to.equal(to);
    });

  for (const [from, location] of [
    ['https://a.example/x', 'http://a.example/x'],
    ['http://a.example/x', 'file:///etc/passwd'],
    ['http://a.example/x', 'http://169.254.169.254/latest/meta-data/'],
    ['http://localhost:5000/x', 'http://169.254.169.254/latest/meta-data/'],
    ['http://a.example/x', 'http://2852039166/'],
    ['http://a.example/x', 'http://[fe80::1]/'],
    ['http://a.example/x', 'http://[::ffff:169.254.169.254]/'],
    ['https://a.example/x', 'https://metadata.google.internal/'],
    ['http://a.example/x', 'http://localhost:2375/containers'],
    ['http://a.example/x', 'http://127.1/'],
    ['http://a.example/x', 'http://0.0.0.0/'],
    ['http://a.example/x', 'http://[::1]/'],
    ['http://a.example/x', 'http://[::]/'],
    ['http://a.example/x', 'http://[::ffff:127.0.0.1]/'],
    ['http://a.example/x', 'http://'],
  ] as const)
    it(`is not followed from ${from} to ${location}`, () => {
      expect(() => redirectTarget(location, from)).to.throw(`refused a redirect to ${location}`);
    });
});
