import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const CHILD = fileURLToPath(new URL('../support/descriptor-child.ts', import.meta.url));
const LIMIT = 400;

type Words = Readonly<Record<string, string>>;

describe('a driver that has no file descriptor left', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());

  it('rejects with its own errors, and goes on when there are some again', async () => {
    const spec = sandbox.shell('one', 'while :; do sleep 0.1; done');
    const node = [process.execPath, '--import', 'tsx/esm', CHILD];
    const args = [...node, JSON.stringify(sandbox.options), JSON.stringify(spec)];
    const { stdout } = await promisify(execFile)('prlimit', [`--nofile=${LIMIT}`, ...args]);
    const { refused, again, ends } = JSON.parse(stdout) as Record<'refused' | 'again' | 'ends', Words>;
    for (const op of ['exec', 'start', 'recover', 'firstOp']) {
      expect(refused, op).to.have.property(op, 'RKT_ERR_RESOURCES');
    }
    expect(refused['signal']).to.be.oneOf(['done', 'RKT_ERR_RESOURCES']);
    for (const [op, how] of Object.entries(again)) expect(how, op).to.equal('done');
    for (const [stream, end] of Object.entries(ends)) expect(end, stream).to.equal('goes on');
  });
});
