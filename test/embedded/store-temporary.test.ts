import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { sweepTemporary, temporaryPath } from '../../src/embedded/store/temporary.ts';
import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';
import { makeDeepTree } from '../support/deep-tree.ts';
import { until } from '../support/until.ts';

const MAIN = join(import.meta.dirname, '../../src/embedded/main.ts');

describe('temporary files of the store', () => {
  let dir: ReturnType<typeof temporaryDir>;
  const tmp = (): string => join(dir.path, 'data/cas/tmp');
  beforeEach(() => {
    dir = temporaryDir();
    fs.mkdirSync(tmp(), { recursive: true });
  });
  afterEach(() => dir.remove());

  it('of a killed command are removed by the next, those of a living one stay', async () => {
    const server = createServer(
      (_request, response) => void response.writeHead(200).write(Buffer.alloc(4096)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/never.aci`;
    const args = [
      '--import',
      'tsx/esm',
      MAIN,
      `--dir=${dir.path}/data`,
      '--insecure-options=image',
      'fetch',
      url,
    ];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await until('the download has begun', () => fs.readdirSync(tmp()).length === 1);

    await callRkt([`--dir=${dir.path}/data`, 'image', 'list']);
    const whileAlive = fs.readdirSync(tmp());
    child.kill('SIGKILL');
    await ended;
    await callRkt([`--dir=${dir.path}/data`, 'image', 'list']);
    server.closeAllConnections();
    server.close();
    expect(whileAlive).to.have.length(1);
    expect(fs.readdirSync(tmp())).to.deep.equal([]);
  }).timeout(30_000);

  it('go away however deep they are, when their process is gone or its pid is another one by now', () => {
    const own = temporaryPath({ tmp: tmp() }, 'tree');
    const reused = own.replace(/\.\d+-/, '.1-');
    const gone = own.replace(/(\.\d+)\.\d+\.(\d+)-/, '$1.4194305.$2-');
    const before = own.replace(/-[0-9a-f]{8}\./, '-00000000.');
    for (const path of [own, reused, gone, before]) makeDeepTree(path, 600);
    sweepTemporary(tmp());
    expect(fs.readdirSync(tmp())).to.deep.equal([own.slice(tmp().length + 1)]);
    fs.renameSync(own, before);
    sweepTemporary(tmp());
  });

  it('of other pid namespaces and of other programs stay', () => {
    const own = temporaryPath({ tmp: tmp() }, 'tree');
    const foreign = own.replace(/\.\d+\.(\d+)\.(\d+)-/, '.1.$1.$2-');
    for (const path of [foreign, join(tmp(), 'of-a-real-rkt')]) fs.writeFileSync(path, '');
    sweepTemporary(tmp());
    expect(fs.readdirSync(tmp())).to.have.length(2);
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    fs.utimesSync(foreign, old, old);
    sweepTemporary(tmp());
    expect(fs.readdirSync(tmp())).to.deep.equal(['of-a-real-rkt']);
  });
});
