import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import * as library from '../../src/index.ts';

/** What the library exports, so that a change of its surface shows in review. Types are listed from the source. */
describe('the public names', () => {
  it('are these values', () => {
    expect(Object.keys(library).sort()).to.deep.equal([
      'COMPUTED_METRICS',
      'DEFAULT_FIELD_GROUPS',
      'DRIVER_OPS',
      'ERROR_CATALOGUE',
      'FIELD_GROUPS',
      'METRICS',
      'RktError',
      'createDriver',
      'getAbsolutePath',
      'isRktError',
      'measuredCpuFields',
      'measuredMemoryFields',
      'pluginLoader',
      'toAsyncIterable',
    ]);
  });

  it('are these types', () => {
    const source = readFileSync('src/index.ts', 'utf8');
    const names = [...source.matchAll(/^export (type )?\{([^]*?)\} from/gm)].flatMap(([, all, list = '']) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '' && (all !== undefined || name.startsWith('type ')))
        .map((name) => name.replace('type ', '')),
    );
    expect(names.sort().join('\n')).to.equal(readFileSync('test/fixtures/public-types.txt', 'utf8').trim());
  });
});
