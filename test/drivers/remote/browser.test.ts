import { expect } from 'chai';
import { build } from 'esbuild';

describe('the client for browsers', () => {
  it('needs no module of Node, and nothing of the package but the interface of a driver', async () => {
    const { metafile } = await build({
      entryPoints: ['src/drivers/remote/browser.ts'],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
    });
    const own = Object.keys(metafile.inputs).filter((path) => path.startsWith('src/'));
    expect(own.filter((path) => !/^src\/(model|drivers)\//.test(path))).to.deep.equal([]);
    expect(Object.values(metafile.outputs)[0]?.imports).to.deep.equal([]);
  });
});
