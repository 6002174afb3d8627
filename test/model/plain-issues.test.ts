import { expect } from 'chai';
import { z } from 'zod';

import { settingsSchema } from '../../src/cli/settings.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { driverOptionsSchema } from '../../src/model/driver-options.ts';
import { parseWith } from '../../src/model/parse.ts';
import { plainIssues } from '../../src/model/plain-issues.ts';
import { taskConfigSchema } from '../../src/model/task-config.ts';
import { newTaskSpecSchema } from '../../src/model/task-spec.ts';
import { parseAlertConfig } from '../../src/server/alerts/alert-rules.ts';
import { expectRktError } from '../support/errors.ts';

const WRONG: readonly unknown[] = [
  5,
  'x',
  true,
  null,
  [],
  {},
  ['x'],
  [5],
  [null],
  [[]],
  { a: 1 },
  [{ a: 1 }],
];

describe('plainIssues', () => {
  const ofPortMap = (port_map: unknown): string =>
    expectRktError(
      () =>
        parseWith(
          taskConfigSchema,
          { image: 'i', port_map },
          { what: 'config', code: 'RKT_ERR_TASK_CONFIG' },
        ),
      'RKT_ERR_TASK_CONFIG',
    ).message;

  it('says of a value in none of its forms what was expected and what came', () => {
    expect(ofPortMap('http=80')).to.contain(
      'config.port_map: Invalid input: expected array or map, received string (got "http=80")',
    );
    expect(ofPortMap(null)).to.contain('expected array or map, received null (got null)');
    const options = { logMaxSize: true };
    expect(
      expectRktError(
        () => parseWith(driverOptionsSchema, options, { what: 'options', code: 'RKT_ERR_OPTIONS' }),
        'RKT_ERR_OPTIONS',
      ).message,
    ).to.contain('options.logMaxSize: Invalid input: expected number or string, received boolean (got true)');
  });

  it('says of a value in one of its forms what is wrong within', () => {
    expect(ofPortMap([{ http: 80 }])).to.contain(
      'config.port_map.0.http: Invalid input: expected string, received number (got 80)',
    );
    expect(ofPortMap({ http: 80 })).to.contain('config.port_map.http: Invalid input: expected string');
    expect(ofPortMap(['http'])).to.contain('config.port_map.0: Invalid input: expected map, received string');
  });

  const ofRule = (rule: unknown): string =>
    expectRktError(() => parseAlertConfig({ rules: [rule] }), 'RKT_ERR_OPTIONS').message;

  it('takes the form that knows the keys of an object', () => {
    expect(ofRule({ name: 'a', metric: 'q', raise: 1 })).to.match(/rules\.0\.metric: .*"memoryRatio"/);
    expect(ofRule({ name: 'a', on: 'fire' })).to.match(/rules\.0\.on: .*"oom"\|"crash".*\(got "fire"\)/);
    expect(ofRule({ name: 'a', on: 'oom', hold: 1 })).to.match(/rules\.0: .*"hold"; known are name, .*, on/);
    expect(ofRule('a')).to.contain('rules.0: Invalid input: expected object, received string (got "a")');
  });

  it('names both forms where it may be either', () => {
    expect(ofRule({ name: 'a' })).to.match(/rules\.0: metric: .* and raise: .*, or on: /);
  });

  it('says why a key is none', () => {
    const env = { '1BAD': 's3cret' };
    const error = expectRktError(
      () =>
        parseWith(
          newTaskSpecSchema,
          { id: 'a', env, config: { image: 'i' } },
          { what: 'task', code: 'RKT_ERR_TASK_CONFIG' },
        ),
      'RKT_ERR_TASK_CONFIG',
    );
    expect(error.message).to.match(/task\.env\.1BAD: Invalid key in record: is not a variable name/);
  });

  for (const [what, schema] of [
    ['a task’s config', taskConfigSchema],
    ['the configuration of the driver', driverConfigSchema],
    ['the options', driverOptionsSchema],
    ['the settings of the command line', settingsSchema],
  ] as const) {
    it(`never says only "Invalid input" of ${what}`, () => {
      for (const key of Object.keys(schema.shape)) {
        for (const value of WRONG) {
          const { error } = (schema as z.ZodType).safeParse({ [key]: value });
          for (const { message, path } of plainIssues(error?.issues ?? [])) {
            expect(message, `${key} ${path.map(String).join('.')}`).to.not.equal('Invalid input');
          }
        }
      }
    });
  }
});
