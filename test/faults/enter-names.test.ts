import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import type { Driver } from '../../src/index.ts';
import { buildImage } from '../support/images.ts';
import { EMBEDDED_RKT } from '../support/replay/rkt-process.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const NAMES = { '/etc/passwd': 'web:x:1234:77::/:/bin/sh\n', '/etc/group': 'www:x:88:\n' };

/**
 * Plays a real rkt with fly: it says so, and its `enter` fails as rkt's own does for an app whose user or group is a name.
 */
const script = (calls: string): string => `#!/bin/sh
dir= subcommand= pod=
for arg do
  case $arg in
    --dir=*) dir=\${arg#--dir=} ;;
    -*) ;;
    *) if [ -z "$subcommand" ]; then subcommand=$arg; else pod=$arg; break; fi ;;
  esac
done
echo "$subcommand" >>'${calls}'
case $subcommand in
  version) printf 'rkt Version: 1.30.0\\nappc Version: 0.8.11\\n'; exit 0 ;;
  enter)
    if grep -Eq '"(user|group)":"[^"0-9]' "$dir/pods/run/$pod/pod"; then
      echo 'fly-enter: failed to lookup process credentials' >&2
      exit 254
    fi ;;
esac
exec /bin/sh '${EMBEDDED_RKT}' "$@"
`;

describe('a command in a task whose user is a name, with a real rkt and fly', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let rkt: string;

  before(async function () {
    sandbox = await openSandbox(this);
    rkt = join(sandbox.base, 'named-rkt');
    await writeFile(rkt, script(join(sandbox.base, 'calls')));
    await chmod(rkt, 0o755);
    driver = sandbox.driver({ rkt });
  });
  after(() => sandbox.close());

  async function image(name: string, app: object): Promise<string> {
    const files = Object.entries(NAMES).map(([path, text]) => ({
      ...{ path: path.slice(1), type: 'file' as const, mode: 0o644, content: text },
    }));
    return buildImage(sandbox.base, { name, files, manifest: { app: { exec: ['/bin/sh'], ...app } } });
  }

  async function identity(config: object, more: object = {}): Promise<string> {
    const base = { command: '/bin/sh', args: ['-c', 'exec sleep 1000', '--user=nobody'] };
    await driver.startTask({ id: 'named', config: { ...base, ...config } as never, ...more });
    try {
      const { stdout, stderr } = await driver.execTask('named', ['sh', '-c', 'id -u; id -g']);
      return `${stdout}${stderr}`;
    } finally {
      await driver.destroyTask('named', { force: true });
    }
  }

  it('runs as the numbers that the image has for the names of a task', async () => {
    const plain = await image('test.local/plain', { user: '0', group: '0' });
    expect(await identity({ image: plain, group: 'www' }, { user: 'web' })).to.equal('1234\n88\n');
  });

  it('runs as the numbers that the image has for its own names', async () => {
    const named = await image('test.local/named', { user: 'web', group: 'www' });
    expect(await identity({ image: named })).to.equal('1234\n88\n');
    expect(await identity({ image: named, no_overlay: true })).to.equal('1234\n88\n');
  });

  it('is prepared once where there are numbers', async () => {
    const plain = await image('test.local/plain', { user: '0', group: '0' });
    await writeFile(join(sandbox.base, 'calls'), '');
    expect(await identity({ image: plain, group: '5' }, { user: '6' })).to.equal('6\n5\n');
    const calls = (await readFile(join(sandbox.base, 'calls'), 'utf8')).split('\n');
    expect(calls.filter((name) => name === 'prepare')).to.have.lengthOf(1);
  });
});
