import { expect } from 'chai';

import { filteredEnvironment } from '../../src/rkt/filtered-environment.ts';

describe('filteredEnvironment', () => {
  const secret = [
    ...['CONSUL_TOKEN', 'CONSUL_HTTP_TOKEN', 'VAULT_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ...['AWS_SESSION_TOKEN', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ];
  for (const name of secret) {
    it(`leaves ${name} out`, () => {
      expect(filteredEnvironment({ PATH: '/bin', [name]: 'x' })).to.deep.equal({ PATH: '/bin' });
    });
  }

  it('keeps everything else that is set', () => {
    expect(filteredEnvironment({ A: '1', EMPTY: '', UNSET: undefined })).to.deep.equal({ A: '1', EMPTY: '' });
  });
});
