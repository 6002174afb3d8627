import { expect } from 'chai';
import fc from 'fast-check';
import { endpointsOf, keyUrlsOf } from '../../../src/embedded/discovery/discovery-endpoints.ts';
import { metaTags } from '../../../src/embedded/discovery/meta-tags.ts';

const PAGE = `<!DOCTYPE html>
<html><head><title>x</title>
<META content="example.com/app https://files.example.com/{name}-{version}-{os}-{arch}.{ext}" name="ac-discovery">
<meta name='ac-discovery' content='example.com   https://mirror.example.com/{name}.{ext}?a=1&amp;b=2' />
<meta name="ac-discovery" content="example.com https://example.com/{name}-{channel}.{ext}">
<meta name="ac-discovery-pubkeys" content="example.com https://example.com/keys.gpg">
<meta name="ac-discovery" content="no-template">
<meta name="go-import" content="example.com git https://example.com/git">
<script>"<meta name='ac-discovery' content='example.com https://script.example.com/x.aci'>"</script>
<!-- <meta name="ac-discovery" content="example.com https://comment.example.com/x.aci"> -->
</head></html>`;

const labels = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([name, value]) => ({ name, value }));

describe('the pages of App Container discovery', () => {
  it('give the tags whose names begin with ac-, whatever the order and case of what is written', () => {
    expect(metaTags(PAGE).map(({ name, prefix }) => [name, prefix])).to.deep.equal([
      ['ac-discovery', 'example.com/app'],
      ['ac-discovery', 'example.com'],
      ['ac-discovery', 'example.com'],
      ['ac-discovery-pubkeys', 'example.com'],
    ]);
  });

  it('give the URLs of an image and of its signature, by templates that leave no variable', () => {
    const image = { name: 'example.com/app', labels: labels({ version: '1.0', os: 'linux', arch: 'amd64' }) };
    expect(endpointsOf(metaTags(PAGE), image)).to.deep.equal([
      {
        aci: 'https://files.example.com/example.com/app-1.0-linux-amd64.aci',
        asc: 'https://files.example.com/example.com/app-1.0-linux-amd64.aci.asc',
      },
      {
        aci: 'https://mirror.example.com/example.com/app.aci?a=1&b=2',
        asc: 'https://mirror.example.com/example.com/app.aci.asc?a=1&b=2',
      },
    ]);
  });

  it('are not about names that begin otherwise', () => {
    expect(endpointsOf(metaTags(PAGE), { name: 'example.org/app', labels: [] })).to.deep.equal([]);
    expect(keyUrlsOf(metaTags(PAGE), 'example.com/app')).to.deep.equal(['https://example.com/keys.gpg']);
    expect(keyUrlsOf(metaTags(PAGE), 'example.org')).to.deep.equal([]);
  });

  it('take any label of the image, and its value as it is', () => {
    fc.assert(
      fc.property(
        fc.string().filter((value) => !/[{}]/.test(value)),
        (value) => {
          const tags = [{ name: 'ac-discovery', prefix: 'a', uri: 'https://a/{channel}.{ext}' }];
          expect(endpointsOf(tags, { name: 'a', labels: labels({ channel: value }) })).to.deep.equal([
            { aci: `https://a/${value}.aci`, asc: `https://a/${value}.aci.asc` },
          ]);
        },
      ),
    );
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string(), (html) => {
        expect(metaTags(html)).to.be.an('array');
      }),
    );
  });
});
