import { capabilityCases } from './capability-cases.ts';
import type { ContractCase } from './contract-case.ts';
import { execCases } from './exec-cases.ts';
import { logCases } from './log-cases.ts';
import { lookUpCases } from './look-up-cases.ts';
import { opCases } from './op-cases.ts';
import { shutdownCases } from './shutdown-cases.ts';
import { streamCases } from './stream-cases.ts';

export type { ContractCase, ContractEnvironment } from './contract-case.ts';

/**
 * What every driver owes, whatever it drives. A test runner runs each case with an environment of its own.
 *
 * @example
 * import { test } from 'node:test';
 *
 * declare function openMyEnvironment(): Promise<import('rkt-streams/contract').ContractEnvironment>;
 *
 * for (const { title, run } of driverContract()) {
 *   test(title, async () => {
 *     const environment = await openMyEnvironment();
 *     await run(environment).finally(() => environment.close());
 *   });
 * }
 */
export function driverContract(): readonly ContractCase[] {
  return [
    ...capabilityCases,
    ...lookUpCases,
    ...streamCases,
    ...opCases,
    ...execCases,
    ...logCases,
    ...shutdownCases,
  ];
}
