import { expect } from 'chai';
import fc from 'fast-check';
import { acIdentifierProblem, acNameProblem, defaultAppName } from '../../src/embedded/names.ts';

describe('acIdentifierProblem', () => {
  it('accepts image and label names', () => {
    for (const name of ['a', 'example.com/foo.bar~baz', 'x_y-z/1'])
      expect(acIdentifierProblem(name), name).to.equal(undefined);
  });

  it('names what is wrong', () => {
    expect(acIdentifierProblem('')).to.contain('empty');
    expect(acIdentifierProblem('Example')).to.equal(
      'ACIdentifier must contain only lower case alphanumeric characters plus "-._~/"',
    );
    expect(acIdentifierProblem('/a')).to.contain('start and end');
    expect(acIdentifierProblem('a\nb')).to.contain('only lower case');
  });
});

describe('acNameProblem', () => {
  it('accepts fewer characters than an identifier may have', () => {
    expect(acNameProblem('web-1')).to.equal(undefined);
    for (const name of ['', 'a.b', 'a_b', 'a/b', '-a', 'a-', 'A', 'a\n'])
      expect(acNameProblem(name), name).to.be.a('string');
  });

  it('accepts nothing an identifier may not be', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (acNameProblem(text) === undefined) expect(acIdentifierProblem(text)).to.equal(undefined);
      }),
    );
  });
});

describe('defaultAppName', () => {
  it('is the last part of the image name as an AC name', () => {
    expect(defaultAppName('example.com/foo.bar~baz')).to.equal('foo-bar-baz');
    expect(defaultAppName('busybox')).to.equal('busybox');
    expect(defaultAppName('a/_x_')).to.equal('x');
    expect(defaultAppName('a/~')).to.equal(undefined);
  });

  it('is always valid', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = defaultAppName(text);
        if (name !== undefined) expect(acNameProblem(name)).to.equal(undefined);
      }),
    );
  });
});
