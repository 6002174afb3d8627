import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

import { expect } from 'chai';

import {
  BLOCK_HEADER_BYTES,
  FILE_HEADER_BYTES,
  decodeBlockHeader,
} from '../../src/drivers/recorded/block-header.ts';
import { openRecording } from '../../src/drivers/recorded/recording-reader.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import { parseLines } from '../support/cli-process.ts';

const SECRETS = { value: 'hunter2-the-value', argument: 'hunter2-the-argument' };

/** Everything in a file that can be read: the bytes, and what is compressed in them. */
function textOf(file: string): string {
  const bytes = readFileSync(file);
  const parts = [bytes.toString('latin1')];
  let dictionary = Buffer.alloc(0);
  for (let offset = FILE_HEADER_BYTES; offset < bytes.length;) {
    const header = decodeBlockHeader(bytes.subarray(offset))!;
    const from = offset + BLOCK_HEADER_BYTES;
    if (header.beginsGroup) dictionary = Buffer.alloc(0);
    const [documents, stats] = [
      bytes.subarray(from, from + header.documentBytes),
      bytes.subarray(from + header.documentBytes, from + header.documentBytes + header.statsBytes),
    ];
    if (documents.length > 0) {
      const raw = inflateRawSync(documents, dictionary.length === 0 ? {} : { dictionary });
      dictionary = Buffer.concat([dictionary, raw]).subarray(-32_768);
      parts.push(raw.toString('utf8'));
    }
    if (stats.length > 0) parts.push(inflateRawSync(stats).toString('latin1'));
    offset = from + header.documentBytes + header.statsBytes;
  }
  return parts.join('\n');
}

describe('rkt-streams record', function () {
  this.timeout(180_000);
  const cli = useCliSandbox();

  it('records tasks, events, samples and the machine, and no secret', async () => {
    const file = join(cli().sandbox.base, 'a.rec');
    const secret = ['--env', `PASSWORD=${SECRETS.value}`];
    await cli().detach('web', `: ${SECRETS.argument}; ${FOREVER}`, ...secret);
    const recording = cli().start(['record', '-o', file, '--interval', '200ms', '--json']);
    const events = cli().start(['events', '--replay']);
    await events.says('web');
    await cli().detach('job', `: ${SECRETS.argument}; exit 3`, ...secret);
    expect((await cli().run(['wait', 'job'])).exitCode).to.equal(3);
    await events.says('exited');
    const stats = await cli().json('stats', 'web', '--count', '5', '--interval', '200ms');
    expect(stats).to.have.length(5);
    recording.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await recording.ended;
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    const [summary] = parseLines(stdout);
    expect(summary).to.have.property('lostBlocks', 0);
    expect(Number(summary?.['samples'])).to.be.greaterThan(2);
    expect(statSync(file).mode & 0o777).to.equal(0o600);

    const text = textOf(file);
    expect(text).to.include('"exited"').and.include('fingerprint').and.include('cpu.totalNs');
    for (const [what, value] of Object.entries(SECRETS)) expect(text, what).to.not.include(value);
    expect(text).to.not.include('PASSWORD');

    const reader = openRecording(file);
    const kinds = [...reader.blocksFrom(-Infinity)].flatMap(({ documents }) =>
      documents.map(({ kind }) => kind),
    );
    reader.close();
    expect([...new Set(kinds)]).to.include.members(['task', 'event', 'host', 'fingerprint']);
    const played = await cli().run(['events', '--replay', file, '--speed', '1000', '--json']);
    expect(
      parseLines(played.stdout).map(({ kind, taskId }) => `${String(kind)} ${String(taskId)}`),
    ).to.include('exited job');
  });

  it('continues an existing recording, and refuses another file', async () => {
    const file = join(cli().sandbox.base, 'b.rec');
    await cli().detach('web');
    const once = ['record', '-o', file, '--task', 'web', '--interval', '100ms', '--for', '1s', '--json'];
    const [first] = await cli().json(...once);
    const [second] = await cli().json(...once);
    expect(Number(second?.['sizeBytes'])).to.be.greaterThan(Number(first?.['sizeBytes']));
    const notes = join(cli().sandbox.base, 'notes.txt');
    writeFileSync(notes, 'Notes that nothing may overwrite.');
    const refused = await cli().run(['record', '-o', notes]);
    expect(refused.stderr).to.match(/is no recording/);
    expect(refused.exitCode).to.equal(1);
    expect(readFileSync(notes, 'utf8')).to.equal('Notes that nothing may overwrite.');
  });
});
