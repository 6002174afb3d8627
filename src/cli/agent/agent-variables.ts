import { variableOf } from '../global-options.ts';
import type { AgentFlags } from './agent-flags.ts';

type Kind = 'text' | 'boolean' | 'list';

/** The settings of an agent that a variable can set as well: RKT_STREAMS_LISTEN for `listen`. */
const VARIABLES: Readonly<Record<keyof AgentFlags, Kind>> = {
  listen: 'text',
  socket: 'text',
  socketGroup: 'text',
  allowRemote: 'boolean',
  requireToken: 'boolean',
  dashboard: 'boolean',
  otlp: 'text',
  history: 'text',
  fleet: 'text',
  fleetTokens: 'text',
  metricsLabels: 'text',
  metricsHosts: 'text',
  metricsGroups: 'list',
};

const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  yes: true,
  false: false,
  0: false,
  no: false,
};

/** The settings that variables give; the schema refuses text that is no value. An empty variable counts as absent. */
export function agentVariablesOf(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const given = Object.entries(VARIABLES).flatMap(([key, kind]) => {
    const text = env[variableOf(key)] ?? '';
    return text === '' ? [] : [[key, valueOf(text, kind)] as const];
  });
  return Object.fromEntries(given);
}

function valueOf(text: string, kind: Kind): unknown {
  if (kind === 'list') return text.split(',').map((word) => word.trim());
  return kind === 'boolean' ? (TRUTH[text.toLowerCase()] ?? text) : text;
}
