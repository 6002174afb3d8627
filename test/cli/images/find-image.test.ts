import { expect } from 'chai';

import { matchImage } from '../../../src/cli/images/find-image.ts';
import { isRktError } from '../../../src/model/rkt-error.ts';

const image = (digits: string, name: string) => ({
  id: `sha512-${digits.padEnd(64, '0')}`,
  name,
  import_time: 0,
  last_used_time: 0,
  size: 1,
});
const REDIS = image('aa11', 'registry-1.docker.io/library/redis:7');
const LATEST = image('aa22', 'registry-1.docker.io/library/redis:latest');
const APP = image('bb11', 'example.com/app:1.0');
const OTHER = image('bb22', 'example.com/app:2.0');
const CAFE = image('cc11', 'cafe');
const ALL = [REDIS, LATEST, APP, OTHER, CAFE, image('cafe', 'example.com/cafe')];

describe('the image that a text means', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['redis:7', REDIS],
    ['redis', LATEST],
    ['docker://redis', LATEST],
    ['docker.io/library/redis:7', REDIS],
    ['registry-1.docker.io/library/redis', LATEST],
    ['example.com/app:1.0', APP],
    ['sha512-bb11', APP],
    ['bb2', OTHER],
    ['cafe', CAFE],
  ];
  for (const [text, found] of cases)
    it(`is found by ${text}`, () => expect(matchImage(ALL, text)).to.equal(found));

  for (const [text, message] of [
    ['nginx', 'no image "nginx" in the store'],
    [
      'example.com/app',
      'several images match "example.com/app": example.com/app:1.0 (sha512-bb1100000000), ',
    ],
    ['bb', 'several images match "bb"'],
    ['', 'no image ""'],
    ['NOT A NAME', 'no image "NOT A NAME"'],
  ] as const)
    it(`is not found by ${JSON.stringify(text)}`, () => {
      try {
        matchImage(ALL, text);
        expect.fail('it was found');
      } catch (error) {
        expect(isRktError(error, 'RKT_ERR_IMAGE_NOT_FOUND'), String(error)).to.equal(true);
        expect(String(error)).to.include(message);
      }
    });
});
