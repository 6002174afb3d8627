import { expect } from 'chai';

import { RktError } from '../../src/model/rkt-error.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import { commandFailed, commandTimedOut } from '../../src/rkt/failure.ts';
import { fetchImages } from '../../src/rkt/rkt-fetch.ts';
import { isNetworkTrouble, isRemoteImage } from '../../src/rkt/network-trouble.ts';
import { prepare } from '../../src/rkt/rkt-prepare.ts';
import { trustPrefix } from '../../src/rkt/rkt-trust.ts';
import { expectRktRejection } from '../support/errors.ts';
import { recordedCommands, replayRunner } from '../support/recordings.ts';

const [anyCommand] = recordedCommands();
const LOOKUP = 'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host';
const failed = (stderr: string): RktError =>
  commandFailed({ command: ['rkt'], durationMs: 1, exitCode: 254, stderr }, 'exited with 254');
const timedOut = commandTimedOut({ command: ['rkt'], durationMs: 60_000 });

function refusing(error: Error): RktRunner {
  if (anyCommand === undefined) throw new Error('nothing was recorded');
  return { ...replayRunner(anyCommand), run: () => Promise.reject(error) };
}

describe('isNetworkTrouble', () => {
  const trouble = [
    LOOKUP,
    'prepare: error finding images: discovery failed',
    'error downloading the ACI file · Get "http://127.0.0.1:1/a.aci": connect ECONNREFUSED 127.0.0.1:1',
    'read tcp 10.0.0.1:4432->10.0.0.2:443: i/o timeout',
    'net/http: TLS handshake timeout',
    'bad HTTP status code: 503',
    'error downloading the ACI file · no answer for 60 s',
  ];
  for (const text of trouble) {
    it(`is so for ${text}`, () => {
      expect(isNetworkTrouble(text)).to.equal(true);
    });
  }

  const others = [
    '',
    'bad HTTP status code: 404',
    'fetch: openpgp: signature made by unknown entity',
    'prepare: error finding images: open /a.aci: no such file or directory',
    'prepare: error finding images: error: unknown image filetype',
    'manifest timeout-5 is not valid',
  ];
  for (const text of others) {
    it(`is not so for ${JSON.stringify(text)}`, () => {
      expect(isNetworkTrouble(text)).to.equal(false);
    });
  }
});

describe('isRemoteImage', () => {
  for (const image of [
    'docker://busybox',
    'https://example.com/a.aci',
    'http://h/a.aci',
    'example.com/app:1.0',
  ]) {
    it(`is true for ${image}`, () => {
      expect(isRemoteImage(image)).to.equal(true);
    });
  }
  for (const image of ['sha512-abc', '/a/b.aci', './b', '../b', 'b.aci', 'dir/./b', 'file:///a/b.aci']) {
    it(`is false for ${image}`, () => {
      expect(isRemoteImage(image)).to.equal(false);
    });
  }
});

describe('an error of a start', () => {
  const images = `prepare: error finding images: ${LOOKUP}`;
  const cases: readonly (readonly [string, () => Promise<unknown>, boolean])[] = [
    [
      'the network between rkt and an image',
      () => prepare(refusing(failed(images)), [], { image: 'docker://a' }),
      true,
    ],
    ['the same words about a file', () => prepare(refusing(failed(images)), [], { image: '/a.aci' }), false],
    [
      'an image that is no image',
      () => prepare(refusing(failed('error finding images: bad image')), [], { image: 'docker://a' }),
      false,
    ],
    ['a fetch without end', () => prepare(refusing(timedOut), [], { image: 'example.com/a' }), true],
    ['a prepare of a file without end', () => prepare(refusing(timedOut), [], { image: '/a.aci' }), false],
    [
      'another failure of prepare',
      () => prepare(refusing(failed('broken')), [], { image: 'docker://a' }),
      false,
    ],
    ['a fetch by the network', () => fetchImages(refusing(failed(LOOKUP)), ['docker://a']), true],
    ['a fetch of a file', () => fetchImages(refusing(failed(LOOKUP)), ['/a.aci']), false],
    ['the network between rkt and a key', () => trustPrefix(refusing(failed(LOOKUP)), 'example.com'), true],
    ['a discovery of keys without end', () => trustPrefix(refusing(timedOut), 'example.com'), true],
    [
      'a key that cannot be read',
      () => trustPrefix(refusing(failed('openpgp: bad key')), 'example.com'),
      false,
    ],
  ];
  for (const [cause, act, recoverable] of cases) {
    it(`is ${recoverable ? '' : 'not '}recoverable after ${cause}`, async () => {
      const error = await expectRktRejection(act());
      expect(error.recoverable).to.equal(recoverable);
      expect(error.message.match(/Read the quoted message|Check whether rkt hangs/g)).to.have.length(1);
    });
  }

  it('is passed on when it is none of the library', async () => {
    const other = new Error('EMFILE');
    for (const act of [prepare(refusing(other), []), trustPrefix(refusing(other), 'example.com')]) {
      expect(await act.catch((error: unknown) => error)).to.equal(other);
    }
  });
});
