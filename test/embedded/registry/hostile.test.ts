import { expect } from 'chai';

import { printable } from '../../../src/model/printable.ts';
import { HOSTILE_APP, hostileRegistry } from '../../support/hostile-registry.ts';
import { Puller } from '../../support/registry-pull.ts';
import { TestRegistry } from '../../support/registry.ts';

const registry = new TestRegistry();
const image = await registry.put('app', HOSTILE_APP);

describe('a hostile registry', () => {
  before(() => registry.listen());
  after(() => registry.close());
  beforeEach(() => registry.reset());

  for (const [what, intercept, words, name = 'app'] of hostileRegistry(registry, image)) {
    it(`that ${what} is refused, and nothing of it is taken for complete`, async () => {
      registry.intercepts.push(intercept);
      const puller = new Puller();
      try {
        const failure = await puller.failure(`${registry.host}/${name}`);
        expect(failure).to.include(words);
        expect(failure).to.equal(printable(failure));
        const names = image.layerDigests.map((digest) => digest.replace(':', '-'));
        const complete = puller.files().filter((file) => !file.endsWith('.part'));
        expect(names).to.include.members([...complete]);
        expect(complete).not.to.include(what.includes('layer') ? names[0] : 'none');
      } finally {
        puller.remove();
      }
    });
  }
});
