import { expect } from 'chai';

import { stage1Kind, stage1Schema } from '../../src/model/stage1.ts';

describe('stage1', () => {
  const kinds = {
    '/opt/stage1-fly.aci': 'path',
    'https://example.com/stage1-fly.aci': 'url',
    'docker://example/stage1': 'url',
    'sha512-1a45588e0ad1546c': 'hash',
    'stage1-fly.aci': 'from-dir',
    'coreos.com/rkt/stage1-fly': 'name',
    'coreos.com/rkt/stage1-fly:1.30.0': 'name',
    'sha512-xyz': 'name',
  };
  for (const [text, kind] of Object.entries(kinds)) {
    it(`${text} is a ${kind}`, () => {
      expect(stage1Schema.parse(text)).to.equal(text);
      expect(stage1Kind(text)).to.equal(kind);
    });
  }

  for (const text of ['', '-fly', './fly.aci', '../fly.aci', 'images/fly.aci', 'a\0b']) {
    it(`${JSON.stringify(text)} is none`, () => {
      expect(stage1Schema.safeParse(text).success).to.equal(false);
    });
  }
});
