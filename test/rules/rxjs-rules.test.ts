import { join } from 'node:path';

import { expect } from 'chai';
import { Linter } from 'eslint';

interface ConfigEntry {
  readonly files?: readonly string[];
  readonly rules?: Linter.RulesRecord;
}

/** The rule on syntax that eslint.config.js has for `src`. */
async function restrictedSyntax(): Promise<Linter.RuleEntry> {
  const { default: config } = (await import(join(process.cwd(), 'eslint.config.js'))) as {
    default: readonly ConfigEntry[];
  };
  const rules = config.filter(({ files }) => files?.some((pattern) => pattern.startsWith('src/')));
  return (
    rules.map((entry) => entry.rules?.['no-restricted-syntax']).find((rule) => rule !== undefined) ?? 'off'
  );
}

describe('the rules of RxJS', () => {
  it('find a from() around what the operator takes as it is, and no other', async () => {
    const rules = { 'no-restricted-syntax': await restrictedSyntax() };
    const found = (code: string): number => new Linter().verify(code, { rules }).length;
    expect(found('defer(() => from(load()));')).to.equal(1);
    expect(found('a$.pipe(switchMap((id) => from(load(id))));')).to.equal(1);
    expect(found('a$.pipe(switchMap((id) => load(id)));')).to.equal(0);
    expect(found('defer(() => from(load()).pipe(take(1)));')).to.equal(0);
    expect(found('from(load()).pipe(take(1));')).to.equal(0);
  });
});
