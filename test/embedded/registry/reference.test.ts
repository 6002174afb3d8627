import { expect } from 'chai';
import fc from 'fast-check';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { acIdentifierProblem } from '../../../src/embedded/names.ts';
import {
  aciName,
  aciVersion,
  manifestName,
  parseReference,
  urlOf,
} from '../../../src/embedded/registry/reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const HUB = 'registry-1.docker.io';

describe('the reference of a docker image', () => {
  for (const [text, registry, repository, tag, digest] of [
    ['redis', HUB, 'library/redis', 'latest'],
    ['redis:3.2', HUB, 'library/redis', '3.2'],
    ['docker.io/redis', HUB, 'library/redis', 'latest'],
    ['index.docker.io/library/redis', HUB, 'library/redis', 'latest'],
    ['registry-1.docker.io/redis:1', HUB, 'library/redis', '1'],
    ['grafana/grafana', HUB, 'grafana/grafana', 'latest'],
    [`redis@${DIGEST}`, HUB, 'library/redis', undefined, DIGEST],
    [`redis:7@${DIGEST}`, HUB, 'library/redis', '7', DIGEST],
    [`redis@sha512:${'0'.repeat(128)}`, HUB, 'library/redis', undefined, `sha512:${'0'.repeat(128)}`],
    ['localhost/app', 'localhost', 'app', 'latest'],
    ['localhost:5000/busybox', 'localhost:5000', 'busybox', 'latest'],
    ['127.0.0.1:5000/a/b/c:v1.0_rc-1', '127.0.0.1:5000', 'a/b/c', 'v1.0_rc-1'],
    ['[::1]:5000/app:1', '[::1]:5000', 'app', '1'],
    ['Registry.Example.COM/app', 'registry.example.com', 'app', 'latest'],
    ['ghcr.io/owner/my__app.two-three', 'ghcr.io', 'owner/my__app.two-three', 'latest'],
    ['registry/app', HUB, 'registry/app', 'latest'],
  ] as const) {
    it(`reads ${text}`, () => {
      const expected = { registry, repository, ...(tag && { tag }), ...(digest && { digest }) };
      expect(parseReference(`docker://${text}`)).to.deep.equal(expected);
    });
  }

  for (const [text, words] of [
    ['', 'it has no name'],
    ['/redis', 'begins with a slash'],
    ['Redis', '"Redis" is no part of a name'],
    ['redis:', '"" is no tag'],
    ['redis:-1', '"-1" is no tag'],
    [`redis:${'x'.repeat(129)}`, 'is no tag'],
    ['redis@sha256:abc', '"sha256:abc" is no digest'],
    ['redis@latest', '"latest" is no digest'],
    [`redis@${DIGEST}@${DIGEST}`, 'is no digest'],
    [`redis@md5:${'0'.repeat(32)}`, 'known are sha256 and sha512'],
    ['example.com:99999/app', '"example.com:99999" is no registry'],
    ['example.com:0/app', 'is no registry'],
    ['user:secret@example.com/app', 'credentials belong into auth.d'],
    ['exa mple.com/app', 'is no registry'],
    ['.example.com/app', 'is no registry'],
    ['example.com/', 'it has no name'],
    ['example.com/a//b', '"" is no part of a name'],
    ['example.com/../etc', '".." is no part of a name'],
    ['example.com/a..b', '"a..b" is no part of a name'],
    [`example.com/${'a'.repeat(250)}`, 'longer than 255'],
    ['example.com/a?b', 'is no part of a name'],
    ['example.com/a%2fb', 'is no part of a name'],
    ['example.com/a\u001b[2J', 'is no part of a name'],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      const refused = (): unknown => parseReference(`docker://${text}`);
      expect(refused).to.throw(RktFailure, words);
      expect(refused).to.throw(RktFailure, 'give docker://[REGISTRY[:PORT]/]NAME[:TAG|@DIGEST]');
    });
  }

  it('quotes no credentials', () => {
    expect(() => parseReference('docker://user:secret@example.com/app'))
      .to.throw(RktFailure)
      .with.property('message')
      .that.does.not.include('secret');
  });

  it('gives name and version of the ACI as docker2aci does', () => {
    const named = (text: string): unknown => {
      const reference = parseReference(`docker://${text}`);
      return [aciName(reference), aciVersion(reference), manifestName(reference)];
    };
    expect(named('redis:3.2')).to.deep.equal([`${HUB}/library/redis`, '3.2', '3.2']);
    expect(named('redis')).to.deep.equal([`${HUB}/library/redis`, 'latest', 'latest']);
    expect(named(`registry:5000/x/y@${DIGEST}`)).to.deep.equal(['registry_5000/x/y', undefined, DIGEST]);
    expect(named(`registry:5000/x/y:1@${DIGEST}`)).to.deep.equal(['registry_5000/x/y', undefined, DIGEST]);
    expect(named('[::1]:5000/x')).to.deep.equal(['1__5000/x', 'latest', 'latest']);
  });

  const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}$/);
  const host = fc.constantFrom('localhost', 'example.com', '127.0.0.1:5000', 'a-b.c:1', 'docker.io');
  const version = fc.oneof(
    fc.constant(''),
    fc.stringMatching(/^\w[\w.-]{0,20}$/).map((tag) => `:${tag}`),
    fc.constant(`@${DIGEST}`),
    fc.stringMatching(/^\w[\w.-]{0,20}$/).map((tag) => `:${tag}@${DIGEST}`),
  );

  it('is the same again when it is read from its URL, and a valid name of an ACI', () => {
    const valid = fc.tuple(host, fc.array(part, { minLength: 1, maxLength: 4 }), version);
    fc.assert(
      fc.property(valid, ([registry, parts, suffix]) => {
        const text = `docker://${registry}/${parts.join('/')}${suffix}`;
        const reference = parseReference(text);
        const url = urlOf(reference);
        expect(urlOf(parseReference(url))).to.equal(url);
        expect(acIdentifierProblem(aciName(reference))).to.equal(undefined);
      }),
    );
  });

  it('is refused with an error of its own, whatever the text is', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', '.', ':', '/', '@', '-', '_', 'A', '1', '[', ']') }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const { registry, repository } = parseReference(`docker://${text}`);
          // nothing in it changes the path of a request
          const { pathname, host } = new URL(`https://${registry}/v2/${repository}/blobs`);
          expect([pathname, host]).to.deep.equal([`/v2/${repository}/blobs`, registry.replace(/:443$/, '')]);
        } catch (error) {
          if (!(error instanceof RktFailure)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
