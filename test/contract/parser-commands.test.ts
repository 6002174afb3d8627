import { expect } from 'chai';

import { fetchImages } from '../../src/rkt/rkt-fetch.ts';
import { listImages } from '../../src/rkt/rkt-image-list.ts';
import { removeImages } from '../../src/rkt/rkt-image-rm.ts';
import { prepare } from '../../src/rkt/rkt-prepare.ts';
import { parseRemovedPods, removePod } from '../../src/rkt/rkt-rm.ts';
import { stopPod } from '../../src/rkt/rkt-stop.ts';
import { trustPrefix } from '../../src/rkt/rkt-trust.ts';
import { rktVersion } from '../../src/rkt/rkt-version.ts';
import { expectRktRejection } from '../support/errors.ts';
import { recordedCommands, replayRunner, type RecordedCommand } from '../support/recordings.ts';

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const UUID = new RegExp(UUIDS.source);
const POD = '00000000-0000-4000-8000-000000000000';
const commands = recordedCommands();
const of = (...words: readonly string[]): readonly RecordedCommand[] =>
  commands.filter(({ args }) => words.every((word, i) => args[i] === word) && !args.includes('--help'));
const succeeded = ({ exitCode }: RecordedCommand): boolean => exitCode === 0;
const failed = ({ exitCode }: RecordedCommand): boolean => exitCode !== 0;

describe('recorded rkt version', () => {
  for (const recorded of of('version').filter(succeeded)) {
    it(`is read: ${recorded.title}`, async () => {
      const { rkt, appc, embedded } = await rktVersion(replayRunner(recorded));
      expect({ rkt, appc, embedded }).to.deep.equal({ rkt: '1.30.0', appc: '0.8.11', embedded: false });
    });
  }
});

describe('recorded rkt prepare', () => {
  for (const recorded of of('prepare').filter(succeeded)) {
    it(`gives a UUID: ${recorded.title}`, async () => {
      expect(`${await prepare(replayRunner(recorded), recorded.args)}\n`).to.equal(recorded.stdout);
    });
  }

  for (const recorded of of('prepare').filter(failed)) {
    it(`is an error: ${recorded.title}`, async () => {
      const { code, details } = await expectRktRejection(prepare(replayRunner(recorded), recorded.args));
      expect(code).to.equal(expectedPrepareError(recorded.stderr));
      expect(details.stderr).to.equal(recorded.stderr);
    });
  }
});

function expectedPrepareError(stderr: string): string {
  if (stderr.includes('error finding images')) return 'RKT_ERR_IMAGE';
  return stderr.includes('port name "nope"') ? 'RKT_ERR_PORT_MAP' : 'RKT_ERR_RKT_FAILED';
}

describe('recorded rkt fetch', () => {
  for (const recorded of of('fetch').filter(succeeded)) {
    it(`gives the ids: ${recorded.title}`, async () => {
      const ids = await fetchImages(replayRunner(recorded), ['image']);
      expect(`${ids.join('\n')}\n`).to.equal(recorded.stdout);
    });
  }

  for (const recorded of of('fetch').filter(failed)) {
    it(`is an error: ${recorded.title}`, async () => {
      await expectRktRejection(fetchImages(replayRunner(recorded), ['image']), 'RKT_ERR_IMAGE');
    });
  }
});

describe('recorded rkt image', () => {
  for (const recorded of of('image', 'list').filter((r) =>
    r.args.some((arg) => arg.startsWith('--format=json')),
  )) {
    it(`list is read: ${recorded.title}`, async () => {
      const images = await listImages(replayRunner(recorded));
      expect(images).to.deep.equal(JSON.parse(recorded.stdout) ?? []);
    });
  }

  for (const recorded of of('image', 'rm').filter(succeeded)) {
    it(`rm reports what is gone: ${recorded.title}`, async () => {
      const ids = await removeImages(replayRunner(recorded), ['image']);
      expect(ids).to.deep.equal(recorded.stdout.match(/sha512-[0-9a-f]{64}/g) ?? []);
    });
  }

  it('rm without an image is an error', async () => {
    const [recorded] = of('image', 'rm').filter(failed);
    await expectRktRejection(removeImages(replayRunner(recorded!), []), 'RKT_ERR_RKT_FAILED');
  });
});

describe('recorded rkt stop', () => {
  for (const recorded of of('stop').filter(succeeded)) {
    it(`is understood: ${recorded.title}`, async () => {
      const answer = await stopPod(replayRunner(recorded), POD, { force: recorded.args.includes('--force') });
      expect(answer).to.equal(recorded.stdout.includes('already stopped') ? 'already-stopped' : 'stopping');
    });
  }

  for (const recorded of of('stop').filter(failed)) {
    it(`is an error: ${recorded.title}`, async () => {
      const { code } = await expectRktRejection(stopPod(replayRunner(recorded), POD));
      const unknown = recorded.stderr.includes('no matches found');
      expect(code).to.equal(unknown ? 'RKT_ERR_POD_NOT_FOUND' : 'RKT_ERR_RKT_FAILED');
    });
  }
});

describe('recorded rkt rm', () => {
  for (const recorded of of('rm').filter((r) => succeeded(r) && UUID.test(r.args.at(-1) ?? ''))) {
    it(`removes: ${recorded.title}`, async () => {
      const [podId = ''] = recorded.args.at(-1)?.match(UUID) ?? [];
      await removePod(replayRunner(recorded), podId);
      expect(parseRemovedPods(recorded.stdout)).to.include(podId);
    });
  }

  for (const recorded of of('rm').filter(failed)) {
    it(`is an error: ${recorded.title}`, async () => {
      const { code } = await expectRktRejection(removePod(replayRunner(recorded), POD));
      const unknown = recorded.stderr.includes('no matches found');
      expect(code).to.equal(unknown ? 'RKT_ERR_POD_NOT_FOUND' : 'RKT_ERR_RKT_FAILED');
    });
  }
});

describe('recorded rkt trust', () => {
  for (const recorded of of('trust')) {
    it(`succeeds or fails as rkt did: ${recorded.title}`, async () => {
      const trust = trustPrefix(replayRunner(recorded), 'example.com');
      if (succeeded(recorded)) await trust;
      else await expectRktRejection(trust, 'RKT_ERR_RKT_FAILED');
    });
  }
});
