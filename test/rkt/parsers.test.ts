import { expect } from 'chai';
import fc from 'fast-check';

import { RktError } from '../../src/model/rkt-error.ts';
import { POD_STATES } from '../../src/model/pod.ts';
import { parsePodManifest } from '../../src/rkt/rkt-cat-manifest.ts';
import { parseImageIds } from '../../src/rkt/rkt-fetch.ts';
import { parseImageList } from '../../src/rkt/rkt-image-list.ts';
import { parseRemovedImages } from '../../src/rkt/rkt-image-rm.ts';
import { parsePodList } from '../../src/rkt/rkt-list.ts';
import { parsePreparedPod } from '../../src/rkt/rkt-prepare.ts';
import { parseRemovedPods } from '../../src/rkt/rkt-rm.ts';
import { parseStatusText } from '../../src/rkt/status-text.ts';
import { parsePodStatus } from '../../src/rkt/rkt-status.ts';
import { parseStopAnswer } from '../../src/rkt/rkt-stop.ts';
import { isAtLeast, parseVersion } from '../../src/rkt/rkt-version.ts';
import { expectRktError } from '../support/errors.ts';
import { recordedCommands } from '../support/recordings.ts';

const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  ...{
    parsePodManifest,
    parseImageIds,
    parseImageList,
    parseRemovedImages,
    parsePodList,
  },
  ...{ parsePreparedPod, parseRemovedPods, parseStatusText, parsePodStatus, parseStopAnswer, parseVersion },
};

/** Texts that are near to what rkt prints: recorded ones with a piece cut out and another put in. */
const recorded = recordedCommands().map(({ stdout }) => stdout.slice(0, 2_000));
const damaged = fc
  .tuple(
    fc.constantFrom(...recorded),
    fc.nat(),
    fc.nat({ max: 30 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
  )
  .map(([text, at, length, piece]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + piece + text.slice(start + length);
  });
const lines = fc
  .array(
    fc.tuple(
      fc.constantFrom('state', 'created', 'started', 'networks', 'pid', 'exited', 'app-x'),
      fc.string(),
    ),
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('\n'));

describe('the parsers of what rkt prints', () => {
  for (const [name, parse] of Object.entries(parsers)) {
    it(`throw nothing but RktError, whatever is printed: ${name}`, () => {
      const garbage = fc.oneof(
        damaged,
        lines,
        fc.json(),
        fc.string({ unit: 'binary' }),
        fc.constant('undefined'),
      );
      fc.assert(
        fc.property(garbage, (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(error).to.be.instanceOf(RktError).with.property('code', 'RKT_ERR_RKT_OUTPUT');
          }
        }),
        { numRuns: 500 },
      );
    });
  }

  for (const name of [
    'parsePodList',
    'parsePodStatus',
    'parsePodManifest',
    'parsePreparedPod',
    'parseVersion',
  ]) {
    it(`refuse what another program prints: ${name}`, () => {
      for (const text of [
        '',
        '\n',
        'hello\n',
        '{}',
        '[1]',
        '"x"',
        '0',
        'true',
        '{"name":',
        '[{"name":"x"}]',
      ]) {
        expectRktError(() => parsers[name]?.(text), 'RKT_ERR_RKT_OUTPUT');
      }
    });
  }

  it('do not quote JSON that they cannot read', () => {
    const { message } = expectRktError(() => parsePodList(`garbage${'!'.repeat(1_000)}`));
    expect(message)
      .to.include('the answer of rkt list')
      .and.include('1007 characters')
      .and.have.length.below(400);
    expect(message).to.not.include('garbage');
  });

  it('name the field that is wrong', () => {
    const { message } = expectRktError(() => parsePodList('[{"name":"a","state":"dancing"}]'));
    expect(message).to.include('the answer of rkt list.0.state').and.include('"dancing"');
  });
});

describe('parseStatusText', () => {
  const time = fc.date({ min: new Date('1970-01-02'), max: new Date('9999-01-01'), noInvalidDate: true });
  const print = (ms: Date, fraction: string): string =>
    `${ms.toISOString().slice(0, 19).replace('T', ' ')}${fraction} +0000 UTC`;

  it('reads back what is printed', () => {
    const state = fc.constantFrom(...POD_STATES.filter((name) => !/embryo|prepar/.test(name)));
    const apps = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(state, time, fc.nat({ max: 4_194_304 }), apps, (name, created, pid, codes) => {
        const printed = Object.entries(codes).map(([app, code]) => `app-${app}=${code}\n`);
        const text = `state=${name}\ncreated=${print(created, '.5')}\npid=${pid}\n${printed.join('')}`;
        const status = parseStatusText(text);
        expect(status).to.include({ state: name, pid, exited: false });
        expect(status.createdAtMs).to.equal(Math.floor(created.getTime() / 1000) * 1000 + 500);
        expect(Object.fromEntries(status.apps)).to.deep.equal({ ...codes });
      }),
    );
  });

  it('reads the time zone of the machine', () => {
    const text = 'state=prepared\ncreated=2026-11-23 16:03:31.033 +0530 IST\n';
    expect(parseStatusText(text).createdAtMs).to.equal(Date.parse('2026-11-23T10:33:31.033Z'));
  });

  it('has no creation time for a pod in preparation', () => {
    const text = 'state=preparing\ncreated=0001-01-01 00:00:00 +0000 UTC\n';
    expect(parseStatusText(text)).to.not.have.any.keys('createdAtMs', 'startedAtMs', 'pid');
  });

  it('reads several networks', () => {
    const { networks } = parseStatusText('state=running\nnetworks=a:ip4=10.0.0.1, b-c:ip4=10.1.0.1\n');
    expect(networks).to.deep.equal([
      { name: 'a', ip4: '10.0.0.1' },
      { name: 'b-c', ip4: '10.1.0.1' },
    ]);
  });

  const bad = [
    '',
    'state=dancing',
    'state=running\npid=x',
    'state=running\ncreated=now',
    'state=running\n=x',
  ];
  for (const text of [...bad, 'state=exited\napp-x=', 'state=running\nnetworks=a', 'running']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expectRktError(() => parseStatusText(text), 'RKT_ERR_RKT_OUTPUT');
    });
  }
});

describe('parseVersion', () => {
  it('reads what old versions print', () => {
    const text = 'rkt version 0.16.0\nappc version 0.7.4\nGo Version go1.5.3\n';
    expect(parseVersion(text)).to.deep.equal({
      rkt: '0.16.0',
      appc: '0.7.4',
      full: '0.16.0',
      embedded: false,
    });
  });

  it('knows the embedded rkt', () => {
    const { rkt, full, embedded } = parseVersion('rkt Version: 1.30.0+embedded\nappc Version: 0.8.11\n');
    expect({ rkt, full, embedded }).to.deep.equal({ rkt: '1.30.0', full: '1.30.0+embedded', embedded: true });
  });
});

describe('isAtLeast', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ...([
      ['1.27.0', true],
      ['1.27', true],
      ['1.27.1', true],
      ['1.30.0', true],
      ['2', true],
    ] as const),
    ...([
      ['1.26.9', false],
      ['1.3.0', false],
      ['0.99.0', false],
      ['1', false],
    ] as const),
  ];
  for (const [version, expected] of rows) {
    it(`says ${expected} of ${version} and 1.27.0`, () => {
      expect(isAtLeast(version, '1.27.0')).to.equal(expected);
    });
  }
});
