import { expect } from 'chai';
import fc from 'fast-check';

import { startTokenSchema } from '../../src/model/task-state.ts';
import { isStartToken, isTokenOf, newStartToken, tokenAtEnd } from '../../src/ops/start-token.ts';

const OLD = '0a1b2c3d-0000-4000-8000-000000000000';

describe('start tokens', () => {
  it('are each another one, and name their data directory', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const token = newStartToken(`/${one}`);
        expect(isStartToken(token) && startTokenSchema.safeParse(token).success).to.equal(true);
        expect(newStartToken(`/${one}`)).to.not.equal(token);
        expect(isTokenOf(`/${one}`, token)).to.equal(true);
        expect(isTokenOf(`/other/${other}`, newStartToken(`/one/${one}`))).to.equal(false);
        expect(tokenAtEnd(`web-${token}`)).to.equal(token);
      }),
    );
    expect(isTokenOf('/data/', newStartToken('/data'))).to.equal(true);
  });

  it('of earlier versions do not say whose they are', () => {
    expect(isStartToken(OLD)).to.equal(true);
    expect(isTokenOf('/data', OLD)).to.equal(undefined);
    expect(tokenAtEnd(`web-${OLD}`)).to.equal(OLD);
  });

  it('are distinguished from other text', () => {
    for (const text of ['', 'web', `${OLD}x`, `${OLD}-`, `${OLD}-abc`, OLD.slice(1), `../${OLD}`])
      expect(isStartToken(text), text).to.equal(false);
    for (const text of ['', 'web', 'foreign-1234', `x${OLD}`, `${OLD}.slice`])
      expect(tokenAtEnd(text), text).to.equal(undefined);
  });
});
