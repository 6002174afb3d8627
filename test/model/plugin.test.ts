import { expect } from 'chai';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { CONFIG_SPEC, TASK_CONFIG_SPEC, type AttributeSpec } from '../../src/model/plugin.ts';
import { taskConfigSchema } from '../../src/model/task-config.ts';

const SAMPLES: Readonly<Record<AttributeSpec['type'], unknown>> = {
  bool: true,
  number: 3,
  string: 'x',
  'list(number)': [3],
  'list(string)': ['x'],
  'map(string)': { a: 'x' },
  'list(map(string))': [{ a: 'x' }],
  object: {},
};

/** What the plain samples cannot be, as these attributes want more than a type. */
const SPECIAL: Readonly<Record<string, unknown>> = {
  stats_interval: '1s',
  image_delay: '1s',
  rkt_dir: '/x',
  data_dir: '/x',
  cap_retain: ['CAP_KILL'],
  cap_remove: ['CAP_KILL'],
  seccomp: 'mode=retain,chmod',
  working_dir: '/x',
};

const sample = ({ name, type }: AttributeSpec): unknown => SPECIAL[name] ?? SAMPLES[type];

/** The defaults that a specification reports. */
const defaultsOf = (specs: readonly AttributeSpec[]): Record<string, unknown> =>
  Object.fromEntries(
    specs.flatMap(({ name, attributes, default: value }): (readonly [string, unknown])[] => {
      if (attributes !== undefined) return [[name, defaultsOf(attributes)]];
      return value === undefined ? [] : [[name, value]];
    }),
  );

describe('CONFIG_SPEC', () => {
  it('has the attributes of the schema', () => {
    expect(CONFIG_SPEC.map(({ name }) => name)).to.deep.equal(Object.keys(driverConfigSchema.shape));
  });

  it('reports the defaults of the schema', () => {
    expect(defaultsOf(CONFIG_SPEC)).to.deep.equal(driverConfigSchema.parse({}));
  });

  for (const spec of CONFIG_SPEC) {
    it(`reports the type of ${spec.name}`, () => {
      expect(driverConfigSchema.safeParse({ [spec.name]: sample(spec) }).error).to.equal(undefined);
    });
  }
});

describe('TASK_CONFIG_SPEC', () => {
  it('has the attributes of the schema, and says which must be there', () => {
    expect(TASK_CONFIG_SPEC.map(({ name }) => name)).to.deep.equal(Object.keys(taskConfigSchema.shape));
    expect(TASK_CONFIG_SPEC.filter(({ required }) => required).map(({ name }) => name)).to.deep.equal([
      'image',
    ]);
  });

  for (const spec of TASK_CONFIG_SPEC) {
    it(`reports the type of ${spec.name}`, () => {
      const config = { image: 'i', [spec.name]: sample(spec) };
      expect(taskConfigSchema.safeParse(config).error).to.equal(undefined);
    });
  }
});
