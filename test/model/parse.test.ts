import { inspect } from 'node:util';

import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';

import { RktError } from '../../src/model/rkt-error.ts';
import { parseWith } from '../../src/model/parse.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { expectRktError } from '../support/errors.ts';

const schema = z.strictObject({
  image: z.string(),
  ports: z.array(z.strictObject({ value: z.number().int() })).default([]),
});

const messageOf = (input: unknown): string =>
  expectRktError(
    () => parseWith(schema, input, { what: 'config', code: 'RKT_ERR_TASK_CONFIG' }),
    'RKT_ERR_TASK_CONFIG',
  ).message;

describe('parseWith', () => {
  it('gives back what the schema makes of the input', () => {
    expect(parseWith(schema, { image: 'i' }, { what: 'config', code: 'RKT_ERR_TASK_CONFIG' })).to.deep.equal({
      image: 'i',
      ports: [],
    });
  });

  it('names the place and the value', () => {
    expect(messageOf({ image: 5 })).to.match(/^config\.image: .*string.* \(got 5\)/);
    expect(messageOf({ image: 'i', ports: [{ value: 1 }, { value: 'x' }] })).to.match(
      /^config\.ports\.1\.value: .* \(got "x"\)/,
    );
  });

  it('says that a value is not there', () => {
    expect(messageOf({})).to.match(/^config\.image: .* \(got nothing\)/);
  });

  it('names the whole when the whole is wrong', () => {
    expect(messageOf(null)).to.match(/^config: .* \(got null\)/);
    expect(messageOf(undefined)).to.match(/^config: .* \(got nothing\)/);
    expect(messageOf(12n)).to.match(/^config: .* \(got 12n\)/);
  });

  it('names an attribute that no one knows', () => {
    expect(messageOf({ image: 'i', imgae: 'i' })).to.match(
      /^config: .*imgae.*; known are image, ports \(got /,
    );
    expect(messageOf({ image: 'i', ports: [{ value: 1, label: 'x' }] })).to.match(
      /^config\.ports\.0: .*label.*; known are value \(got /,
    );
  });

  it('lists every problem', () => {
    expect(messageOf({ image: 5, ports: 6 })).to.match(/config\.image: .*; config\.ports: /);
  });

  it('quotes no more than 80 characters of a value', () => {
    const message = messageOf({ image: 'i', ports: 'x'.repeat(500) });
    expect(message).to.include(`(got "${'x'.repeat(76)}…)`);
  });

  it('reports of an object or a list what it is, and never what is in it', () => {
    expect(messageOf({ image: ['s3cret'] })).to.match(/^config\.image: .* \(got a list of 1\)/);
    expect(messageOf({ image: { user: 's3cret' } })).to.match(/\(got an object with user\)/);
    expect(messageOf({ image: {} })).to.match(/\(got an empty object\)/);
  });

  const secrets: readonly [string, object][] = [
    ['a name that is none', { env: { '1BAD': 's3cret' } }],
    ['a variable that is no string', { env: { PASSWORD: { from: 's3cret' } } }],
    ['an env that is no map', { env: 's3cret' }],
    ['args that are no list', { config: { image: 'i', args: '--password=s3cret' } }],
    ['a word that is no string', { config: { image: 'i', args: [{ word: 's3cret' }] } }],
    ['an unknown key beside it', { env: { PASSWORD: 's3cret' }, unknown: 1 }],
    ['an unknown key of the config', { config: { image: 'i', args: ['s3cret'], unknown: 1 } }],
    ['an env under a wrong name', { environment: { PASSWORD: 's3cret' } }],
    ['a variable of a device', { deviceEnv: { PASSWORD: 5, TOKEN: 's3cret' } }],
  ];
  for (const [what, given] of secrets) {
    it(`does not quote a secret: ${what}`, () => {
      const input = { id: 'a', config: { image: 'i' }, ...given };
      const error = expectRktError(
        () => parseWith(taskSpecSchema, input, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' }),
        'RKT_ERR_TASK_CONFIG',
      );
      expect(inspect(error, { depth: null })).to.not.include('s3cret');
    });
  }

  it('keeps the cause and the details', () => {
    const error = expectRktError(
      () => parseWith(schema, {}, { what: 'config', code: 'RKT_ERR_HANDLE', details: { taskId: 'one' } }),
      'RKT_ERR_HANDLE',
    );
    expect(error.cause).to.be.instanceOf(z.ZodError);
    expect(error.details.taskId).to.equal('one');
  });

  for (const [given, shown] of [
    ['https://hooks.example.com/services/T0/SECRET?key=SECRET', '"https://hooks.example.com/…"'],
    ['https://user:SECRET@hooks.example.com:8443', '"https://hooks.example.com:8443/…"'],
    ['hooks.example.com/SECRET', 'a string'],
    ['', 'a string'],
  ] as const) {
    it(`shows of a URL that is refused what contains no token: ${given}`, () => {
      const urls = z.object({ webhooks: z.array(z.object({ url: z.string().regex(/^ftp:/) })) });
      const input = { webhooks: [{ url: given }] };
      const error = expectRktError(() => parseWith(urls, input, { what: 'alerts', code: 'RKT_ERR_OPTIONS' }));
      expect(inspect(error, { depth: 9 })).to.not.contain('SECRET');
      expect(error.message).to.contain('alerts.webhooks.0.url').and.to.contain(`(got ${shown})`);
    });
  }

  it('bears what its own checks fail over', () => {
    const input = { id: { length: Object.create(null) as unknown } };
    const error = expectRktError(() =>
      parseWith(taskSpecSchema, input, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' }),
    );
    expect(error.message).to.match(/^task: cannot be read/);
  });

  it('throws nothing but the error of the library, whatever comes', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, fc.string(), (value, key) => {
        for (const input of [value, { id: value, config: value }, { [key]: value }]) {
          try {
            parseWith(taskSpecSchema, input, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' });
          } catch (error) {
            expect(error).to.be.instanceOf(RktError);
          }
        }
      }),
    );
  });
});
