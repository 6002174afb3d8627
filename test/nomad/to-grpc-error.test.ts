import { expect } from 'chai';

import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import { configFailure, failure, startFailure } from '../../src/nomad/to-grpc-error.ts';
import { received } from '../support/wire-messages.ts';

describe('failures of calls', () => {
  it('are UNKNOWN with the catalogued text', () => {
    const error = new RktError('RKT_ERR_SIGNAL', 'Unknown signal "X"');
    expect(failure(error)).to.deep.equal({ code: 2, details: error.message });
    expect(failure('odd')).to.deep.equal({ code: 2, details: 'odd' });
  });

  it('say that a task is not known in the words of every driver', () => {
    expect(failure(taskNotFound('a/b'))).to.deep.equal({ code: 2, details: 'task not found for given id' });
  });

  it('are INVALID_ARGUMENT for a configuration', () => {
    expect(configFailure(new RktError('RKT_ERR_DRIVER_CONFIG', 'x')).code).to.equal(3);
  });

  it('say of a start that another one may go well', () => {
    const { code, details, metadata } = startFailure(
      new RktError('RKT_ERR_NETWORK', 'slow', { recoverable: true }),
    );
    const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
    expect(code).to.equal(9);
    const type = 'type.googleapis.com/hashicorp.nomad.plugins.shared.structs.RecoverableError';
    const typeHex = Buffer.from(type).toString('hex');
    const textHex = Buffer.from(details).toString('hex');
    const length = (hex: string): string => (hex.length / 2).toString(16).padStart(2, '0');
    const any = `0a${length(typeHex)}${typeHex}12020801`;
    expect((bytes as Buffer).toString('hex')).to.equal(
      `080912${length(textHex)}${textHex}1a${length(any)}${any}`,
    );
    expect(received('google.rpc.Status', { code, message: details })).to.include({ code: 9 });
  });

  it('say nothing of the kind where the next start fails as well', () => {
    expect(startFailure(new RktError('RKT_ERR_IMAGE', 'x'))).to.include({ code: 2 });
    expect(startFailure(new Error('x'))).to.not.have.property('metadata');
  });

  it('fit into a header', () => {
    expect(failure(new Error('x'.repeat(10_000))).details).to.have.length(4_096);
    expect(() => encodeURI(failure(new Error('\ud800')).details)).to.not.throw();
  });
});
