import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

import { expect } from 'chai';

const run = promisify(execFile);
const CACHE = new URL('../../dist/cli/compile-cache.js', import.meta.url).href;

async function directory(env: NodeJS.ProcessEnv): Promise<string> {
  const program = `import { useCompileCache } from '${CACHE}';
    import * as nodeModule from 'node:module';
    useCompileCache();
    process.stdout.write(nodeModule.getCompileCacheDir?.() ?? '');`;
  const { HOME: _, NODE_COMPILE_CACHE: __, ...rest } = process.env;
  const args = ['--input-type=module', '-e', program];
  return (await run(process.execPath, args, { env: { ...rest, HOME: tmpdir(), ...env } })).stdout;
}

describe('the cache of compiled code', () => {
  it('is in no directory that others can write to, whatever HOME is', async () => {
    expect(await directory({})).not.to.match(new RegExp(`^${tmpdir()}`));
  });

  it('is not used where its variable disables it', async () => {
    expect(await directory({ NODE_DISABLE_COMPILE_CACHE: '1' })).to.equal('');
  });
});
