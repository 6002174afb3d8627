/** The settings of the command line; `server` in the config file has all of them. */
export interface AgentFlags {
  readonly listen?: string;
  readonly socket?: string;
  readonly socketGroup?: string;
  readonly allowRemote?: boolean;
  readonly requireToken?: boolean;
  readonly dashboard?: boolean;
  readonly otlp?: string;
  readonly history?: string;
  readonly fleet?: string;
  readonly fleetTokens?: string;
  readonly metricsLabels?: string;
  readonly metricsHosts?: string;
  readonly metricsGroups?: readonly string[];
}

/** The flags that were given, of all options of a command line. */
export function agentFlagsOf({
  listen,
  socket,
  socketGroup,
  allowRemote,
  requireToken,
  dashboard,
  otlp,
  history,
  fleet,
  fleetTokens,
  metricsLabels,
  metricsHosts,
  metricsGroups,
}: AgentFlags): Readonly<Record<string, unknown>> {
  const given = Object.entries({
    ...{ listen, socket, socketGroup, allowRemote, requireToken, otlp, history, fleet, fleetTokens },
    ...{ metricsLabels, metricsHosts, metricsGroups },
  }).filter(([, value]) => value !== undefined);
  // Without --no-dashboard, commander sets true; then the file applies.
  return { ...Object.fromEntries(given), ...(dashboard === false && { dashboard }) };
}
