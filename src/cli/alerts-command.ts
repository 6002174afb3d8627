import { userInfo } from 'node:os';

import type { Command } from 'commander';

import { createAgentRequests, type AgentRequests } from '../drivers/remote/agent-requests.ts';
import { nodeTransport } from '../drivers/remote/node-transport.ts';
import { matcherText, parseMatcher, type AlertMatcher } from '../model/alert-matcher.ts';
import { RktError } from '../model/rkt-error.ts';
import {
  alertsAnswer,
  askFor,
  receiversAnswer,
  silenceAnswer,
  silencesAnswer,
  type ShownAlert,
  type ShownReceiver,
  type ShownSilence,
} from './alert-answers.ts';
import { createOutput, type Output } from './cli-output.ts';
import { chosenHost } from './contexts/chosen-host.ts';
import { count, durationMs } from './flag-values.ts';
import { withExamples } from './help-examples.ts';
import { ago, duration } from './humanize.ts';
import { table, type Column } from './text-table.ts';
import { agentSocketOf, settingsOf } from './with-driver.ts';

/** `rkt-streams alerts …`: the alerts, silences and receivers of an agent. */
export function alertsCommand(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('Alerts of an agent: which are active, which were, and silences.');
  withExamples(alerts, [
    ['alerts', 'What is wrong now'],
    ["alerts silence 'job=~api|web' --for 2h", 'Silence two jobs'],
  ]);
  const ls = alerts
    .command('ls', { isDefault: true })
    .summary('list alerts')
    .description('Lists the active alerts, or with --all those that have ended as well.')
    .option('-a, --all', 'also alerts that have ended, newest first')
    .option('--task <id>', 'only of this task, with --all')
    .option('-n, --last <n>', 'at most this many, with --all (200)', count)
    .action((flags: ListFlags, self: Command) => act(self, (agent) => list(agent, flags)));
  withExamples(ls, [['alerts ls --all --task web', 'What was wrong with a task']]);
  const silence = alerts
    .command('silence')
    .summary('silence alerts')
    .description(
      'Delivers no alerts whose labels match for a time: alertname, task_id, task, job, task_group, alloc_id, instance. Prints the id of the silence.',
    )
    .argument('<matcher...>', 'label=value, label!=value, label=~regex or label!~regex; all must match')
    .requiredOption('--for <duration>', 'for so long, in s; 2h works too', durationMs('s'))
    .option('--comment <text>', 'why')
    .action((matchers: readonly string[], flags: SilenceFlags, self: Command) =>
      act(self, (agent) => create(agent, matchers, flags)),
    );
  withExamples(silence, [
    ["alerts silence 'job=~api|web' --for 2h --comment deploy", 'Silence two jobs'],
    ['alerts silence task_id=web alertname=memory --for 30m', 'Silence a rule for a task'],
  ]);
  const unsilence = alerts
    .command('unsilence')
    .summary('end silences')
    .description('Ends silences now; alerts that are still active are delivered.')
    .argument('<id...>', 'ids of silences')
    .action((ids: readonly string[], _flags: object, self: Command) =>
      act(self, (agent) => expire(agent, ids)),
    );
  withExamples(unsilence, [['alerts unsilence 7c0e…', 'End a silence']]);
  const silences = alerts
    .command('silences')
    .description('Lists silences, also those that ended in the last five days.')
    .action((_flags: object, self: Command) => act(self, listSilences));
  withExamples(silences, [['alerts silences --json', 'As NDJSON']]);
  const receivers = alerts
    .command('receivers')
    .description('Lists where alerts are delivered, with what is pending and why the last attempt failed.')
    .action((_flags: object, self: Command) => act(self, listReceivers));
  withExamples(receivers, [['alerts receivers', 'What was delivered']]);
}

interface ListFlags {
  readonly all?: boolean;
  readonly task?: string;
  readonly last?: number;
}

interface SilenceFlags {
  readonly for: number;
  readonly comment?: string;
}

interface Agent {
  readonly requests: AgentRequests;
  readonly output: Output;
}

/** @throws RKT_ERR_AGENT_LOST without an agent: alerts are a matter of agents alone */
async function act(command: Command, action: (agent: Agent) => Promise<void>): Promise<void> {
  const settings = settingsOf(command);
  const address = chosenHost(settings, process.env) ?? { socketPath: agentSocketOf(settings) };
  await action({ requests: createAgentRequests(nodeTransport(address)), output: createOutput(settings) });
}

async function list({ requests, output }: Agent, { all = false, task, last }: ListFlags): Promise<void> {
  const query = new URLSearchParams({
    ...(task !== undefined && { task }),
    ...(last !== undefined && { limit: String(last) }),
  });
  const path = all ? `/v1/alerts/history?${query.toString()}` : '/v1/alerts';
  const { alerts } = await askFor(requests, { path }, alertsAnswer);
  const nowMs = Date.now();
  print(output, alerts, [
    { title: 'TASK', value: ({ taskId }: ShownAlert) => taskId },
    { title: 'ALERT', value: ({ rule }: ShownAlert) => rule },
    { title: 'RAISED', value: ({ raisedAtMs }: ShownAlert) => ago(raisedAtMs, nowMs) },
    { title: 'STATE', value: (alert: ShownAlert) => stateOf(alert) },
    { title: 'MESSAGE', value: ({ message }: ShownAlert) => message },
  ]);
}

function stateOf({ silencedBy = [], state, raisedAtMs, clearedAtMs }: ShownAlert): string {
  if (clearedAtMs !== undefined) return `cleared after ${duration(Math.max(0, clearedAtMs - raisedAtMs))}`;
  return silencedBy.length > 0 ? 'silenced' : state;
}

async function create(
  { requests, output }: Agent,
  matchers: readonly string[],
  { for: lengthMs, comment = '' }: SilenceFlags,
): Promise<void> {
  const body = {
    matchers: matchers.map(matcherOf),
    durationMs: lengthMs,
    createdBy: userInfo().username,
    comment,
  };
  const silence = await askFor(requests, { method: 'POST', path: '/v1/silences', body }, silenceAnswer);
  output.print(silence, () => silence.id);
}

/** @throws RKT_ERR_OPTIONS */
function matcherOf(text: string): AlertMatcher {
  const matcher = parseMatcher(text);
  if (matcher !== undefined) return matcher;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${JSON.stringify(text)} is no matcher: label=value, label!=value, label=~regex or label!~regex`,
  );
}

async function expire({ requests, output }: Agent, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const path = `/v1/silences/${encodeURIComponent(id)}`;
    const silence = await askFor(requests, { method: 'DELETE', path }, silenceAnswer);
    output.print(silence, () => silence.id);
  }
}

async function listSilences({ requests, output }: Agent): Promise<void> {
  const { silences } = await askFor(requests, { path: '/v1/silences' }, silencesAnswer);
  const nowMs = Date.now();
  print(output, silences, [
    { title: 'ID', value: ({ id }: ShownSilence) => id },
    { title: 'STATE', value: ({ state }: ShownSilence) => state },
    { title: 'MATCHERS', value: ({ matchers }: ShownSilence) => matchers.map(matcherText).join(' ') },
    { title: 'ENDS', value: (silence: ShownSilence) => endText(silence, nowMs) },
    { title: 'BY', value: ({ createdBy }: ShownSilence) => createdBy },
    { title: 'COMMENT', value: ({ comment }: ShownSilence) => comment },
  ]);
}

function endText({ endsAtMs }: ShownSilence, nowMs: number): string {
  return endsAtMs > nowMs ? `in ${duration(endsAtMs - nowMs)}` : ago(endsAtMs, nowMs);
}

async function listReceivers({ requests, output }: Agent): Promise<void> {
  const { receivers } = await askFor(requests, { path: '/v1/alerts/receivers' }, receiversAnswer);
  print(output, receivers, [
    { title: 'NAME', value: ({ name }: ShownReceiver) => name },
    { title: 'TYPE', value: ({ type }: ShownReceiver) => type },
    { title: 'PENDING', value: ({ pending }: ShownReceiver) => String(pending) },
    { title: 'DELIVERED', value: ({ delivered }: ShownReceiver) => String(delivered) },
    { title: 'FAILED', value: ({ failed }: ShownReceiver) => String(failed) },
    { title: 'DROPPED', value: ({ dropped }: ShownReceiver) => String(dropped) },
    { title: 'LAST FAILURE', value: ({ lastFailure = '' }: ShownReceiver) => lastFailure },
  ]);
}

function print<T extends object>(output: Output, rows: readonly T[], columns: readonly Column<T>[]): void {
  if (output.isJson) rows.forEach((row) => output.print(row, () => ''));
  else if (rows.length > 0) output.print({}, () => table(rows, columns, output.paint));
}
