import type { Fingerprint } from '../model/fingerprint.ts';
import { memo } from '../model/memo.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { configuredStage1 } from '../rkt/rkt-config.ts';
import { embeddedReport, type EmbeddedReport } from '../rkt/rkt-doctor.ts';

/** The attributes of a fingerprint that name the default stage1 and, of the embedded rkt, each one that works, and networks. */
export type Stage1Attributes = (
  runner: RktRunner,
  configured: string | undefined,
) => Promise<Fingerprint['attributes']>;

interface Asked {
  readonly runner: RktRunner;
  readonly configured: () => Promise<string | undefined>;
  readonly embedded: () => Promise<EmbeddedReport>;
}

/** Reads them once per runner: they do not change while rkt stays the same, and each reading starts a process, which ends at `shutdown`. */
export function createStage1Attributes(shutdown?: AbortSignal): Stage1Attributes {
  const options = shutdown === undefined ? {} : { signal: shutdown };
  let asked: Asked | undefined;
  return async (runner, configured) => {
    if (asked?.runner !== runner) {
      asked = {
        runner,
        configured: memo(() => configuredStage1(runner, options)),
        embedded: memo(() => embeddedReport(runner, options)),
      };
    }
    if (runner.binary.runtime === 'embedded')
      return { 'driver.rkt.stage1': configured ?? 'fly', ...(await embeddedAttributes(asked)) };
    const stage1 = configured ?? (await ifKnown(asked.configured()));
    return stage1 === undefined ? {} : { 'driver.rkt.stage1': stage1 };
  };
}

/** Each stage1 of the embedded rkt, and networks: the version or true, else false and what is missing. */
async function embeddedAttributes({ embedded }: Asked): Promise<Fingerprint['attributes']> {
  const found = await ifKnown(embedded());
  if (found === undefined) return {};
  const { stage1, networks } = found;
  const parts = { 'stage1.fly': stage1.fly, 'stage1.oci': stage1.oci, networks };
  const facts = Object.entries(parts).flatMap(([name, { works, version, reason }]) => [
    [`driver.rkt.${name}`, works ? (version ?? true) : false] as const,
    ...(reason === undefined ? [] : [[`driver.rkt.${name}.reason`, reason] as const]),
  ]);
  return Object.fromEntries(facts);
}

/** After a failure of rkt this fingerprint lacks the attributes, and the next one retries. */
async function ifKnown<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (isRktError(error)) return undefined;
    throw error;
  });
}
