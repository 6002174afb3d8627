import { expect } from 'chai';

import { credentialsIn, withoutCredentials } from '../../src/model/url-credentials.ts';

describe('withoutCredentials', () => {
  it('hides the user and the password of a URL, and nothing else', () => {
    expect(withoutCredentials('at https://user:pass@a.com/b.aci')).to.equal('at https://…@a.com/b.aci');
    expect(withoutCredentials('https://a.com/b@c')).to.equal('https://a.com/b@c');
    expect(credentialsIn('x docker://u:p@h/i')).to.equal('u:p');
    expect(credentialsIn('docker://h/i')).to.equal(undefined);
  });

  it('works in proportion to the length of a text', function () {
    // With a search to the end from each letter this took hours; it takes milliseconds.
    this.timeout(60_000);
    const long = 'constructor'.repeat(1_000_000);
    expect(withoutCredentials(long)).to.have.length(long.length);
    const many = 'a://'.repeat(250_000);
    expect(withoutCredentials(many)).to.have.length(many.length);
  });
});
