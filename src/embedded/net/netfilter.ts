import { spawnSync } from 'node:child_process';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { findHostTool } from '../pods/shell.ts';

/** The two rule sets of iptables. */
export const FAMILIES = ['iptables', 'ip6tables'] as const;
export type Family = (typeof FAMILIES)[number];

const WAIT_SECONDS = '30';

/** All rules of a family, by table, as `iptables-save` prints them; undefined where iptables is not installed. */
export function savedRules(
  ctx: RktContext,
  family: Family,
): ReadonlyMap<string, readonly string[]> | undefined {
  const save = findHostTool(ctx.env, `${family}-save`);
  if (save === undefined || findHostTool(ctx.env, `${family}-restore`) === undefined) return undefined;
  const { status, stdout } = run(save, [], '');
  // A kernel without IPv6 has no such rules.
  return status === 0 ? parseRules(stdout) : undefined;
}

/** Splits what `iptables-save` prints into its tables. */
export function parseRules(text: string): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      lines = [];
      tables.set(line.slice(1), lines);
    } else if (line.startsWith(':') || line.startsWith('-')) lines.push(line);
  }
  return tables;
}

/** Changes a table in one step, all or nothing. @throws RktFailure with what iptables says */
export function changeRules(ctx: RktContext, family: Family, table: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const restore = findHostTool(ctx.env, `${family}-restore`);
  if (restore === undefined) throw new RktFailure(`cannot find ${family}-restore: please install iptables`);
  const input = [`*${table}`, ...lines, 'COMMIT', ''].join('\n');
  const { status, stderr } = run(restore, ['--noflush', '--wait', WAIT_SECONDS], input);
  if (status !== 0) throw new RktFailure(`${family}-restore: ${stderr.trim().replaceAll(/\s*\n\s*/g, ' ')}`);
}

function run(program: string, args: readonly string[], input: string) {
  const result = spawnSync(program, args, { encoding: 'utf8', input, maxBuffer: 256 * 1024 * 1024 });
  if (result.error !== undefined) throw new RktFailure(`cannot run ${program}: ${result.error.message}`);
  return result;
}
