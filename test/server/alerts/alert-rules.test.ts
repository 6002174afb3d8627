import { expect } from 'chai';

import { DEFAULT_ALERT_RULES, parseAlertConfig } from '../../../src/server/alerts/alert-rules.ts';
import { expectRktError } from '../../support/errors.ts';

describe('parseAlertConfig', () => {
  it('has rules of its own when nothing is configured', () => {
    expect(parseAlertConfig(undefined)).to.deep.equal({
      intervalMs: 5_000,
      rules: DEFAULT_ALERT_RULES,
      receivers: [],
    });
    expect(parseAlertConfig({ intervalMs: 1_000 }).rules).to.deep.equal(DEFAULT_ALERT_RULES);
  });

  it('takes thresholds and ends', () => {
    const rules = [
      { name: 'busy', metric: 'cpuCores', raise: 2, clear: 1.5, holdMs: 60_000 },
      { name: 'oom', on: 'oom' },
    ];
    expect(parseAlertConfig({ rules })).to.deep.equal({ intervalMs: 5_000, rules, receivers: [] });
  });

  it('holds for no time when none is given', () => {
    const { rules } = parseAlertConfig({ rules: [{ name: 'busy', metric: 'cpuCores', raise: 2 }] });
    expect(rules).to.deep.equal([{ name: 'busy', metric: 'cpuCores', raise: 2, holdMs: 0 }]);
  });

  const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
    ['a metric that is none', [{ name: 'a', metric: 'mood', raise: 1 }], /alerts\.rules\.0/],
    [
      'a rule that would never clear',
      [{ name: 'a', metric: 'cpuCores', raise: 1, clear: 2 }],
      /clear is above raise/,
    ],
    [
      'two rules of one name',
      [
        { name: 'a', on: 'oom' },
        { name: 'a', on: 'crash' },
      ],
      /two have one name/,
    ],
    ['a name with a space', [{ name: 'a b', on: 'oom' }], /alerts\.rules\.0/],
  ];
  for (const [what, rules, message] of REFUSED) {
    it(`refuses ${what}, and says where`, () => {
      const error = expectRktError(() => parseAlertConfig({ rules }), 'RKT_ERR_OPTIONS');
      expect(error.message).to.match(message);
    });
  }
});
