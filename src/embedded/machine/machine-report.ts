import { RUNTIME, type MachineCheck, type NeededFor } from './machine-checks.ts';

/** Whether something works on a machine. */
export interface Verdict {
  readonly works: boolean;
  /** Of what does the work. */
  readonly version?: string;
  /** What is missing, with the remedy. */
  readonly reason?: string;
}

/** What a machine can do, and why. */
export interface MachineReport {
  readonly stage1: { readonly fly: Verdict; readonly oci: Verdict };
  readonly networks: Verdict;
  readonly checks: readonly MachineCheck[];
}

/** Draws the conclusions from what was found. */
export function machineReport(checks: readonly MachineCheck[]): MachineReport {
  const verdict = (needs: readonly NeededFor[], version?: string): Verdict => {
    const missing = checks.filter(({ works, neededFor }) => !works && needs.includes(neededFor));
    if (missing.length === 0) return { works: true, ...(version === undefined ? {} : { version }) };
    const reason = missing.map(({ name, remedy }) => `${name}: ${remedy ?? 'missing'}`).join('; ');
    return { works: false, reason };
  };
  const runtime = checks.find(({ name }) => name === RUNTIME)?.value;
  return {
    stage1: {
      fly: verdict(['fly']),
      oci: verdict(['fly', 'oci'], runtime),
    },
    networks: verdict(['fly', 'oci', 'networks']),
    checks,
  };
}

/** The report as text, one line each. */
export function reportText({ stage1, networks, checks }: MachineReport): string {
  const verdicts = { 'stage1 fly': stage1.fly, 'stage1 oci': stage1.oci, networks };
  const line = (name: string, works: boolean, more = ''): string =>
    `${works ? 'ok  ' : 'FAIL'}  ${name.padEnd(24)}${more === '' ? '' : `  ${more}`}`.trimEnd();
  return [
    ...checks.map(({ name, works, value, remedy, neededFor }) =>
      line(
        name,
        works,
        works ? value : `${remedy ?? ''} (for ${neededFor === 'optional' ? 'single features' : neededFor})`,
      ),
    ),
    '',
    ...Object.entries(verdicts).map(([name, { works, version, reason }]) =>
      line(name, works, version ?? reason),
    ),
    '',
  ].join('\n');
}
