import { printable } from '../../model/printable.ts';
import { eventText } from '../events-command.ts';
import { bytes, duration } from '../humanize.ts';
import type { Paint } from '../cli-output.ts';
import { table } from '../text-table.ts';
import type { Check, DemoRecord, DemoSummary, PodSummary, Verdict } from './demo-records.ts';

/** A record as lines for people; none for records that the table of metrics shows. */
export function recordText(record: DemoRecord, paint: Paint): readonly string[] {
  switch (record.type) {
    case 'note':
      return [paint('bold', printable(record.message))];
    case 'image':
      return [`Built ${printable(record.name)} (${bytes(record.sizeBytes)}), ${record.id.slice(0, 19)}…`];
    case 'fingerprint':
      return fingerprintText(record);
    case 'event':
      // The fingerprint has said why.
      if (record.kind === 'stats-degraded') return [];
      return [eventText(record, paint) + (record.by === 'second driver' ? ' (second driver)' : '')];
    case 'output':
      return record.lines.map(
        (line) => `${paint('dim', `  ${printable(record.taskId)} |`)} ${printable(line)}`,
      );
    case 'exec':
      return record.output
        .trimEnd()
        .split('\n')
        .map((line) => `${paint('dim', `  exec in ${printable(record.taskId)} |`)} ${printable(line)}`);
    case 'answer':
      return [
        `${paint('dim', `  ${printable(record.address)} |`)} ${printable(record.taskId)} says: ${printable(record.answer)}`,
      ];
    case 'check':
      return checkText(record, paint);
    case 'summary':
      return summaryText(record, paint);
    case 'stats':
    case 'host':
      return [];
  }
}

/** What the pods run on; that no cgroup can be made concerns all of them, and is printed once. */
function fingerprintText({
  health,
  description,
  attributes,
}: DemoRecord & { type: 'fingerprint' }): readonly string[] {
  const rkt = ['version', 'runtime', 'stage1'].map((name) => attributes[`driver.rkt.${name}`]);
  const [version, runtime, stage1] = rkt.map((value) => printable(String(value ?? 'unknown')));
  const cgroups = attributes['driver.rkt.cgroup.version'];
  const hasCgroups = cgroups !== undefined && cgroups !== 'none';
  const what = `rkt ${version} (${runtime}, ${stage1}), ${hasCgroups ? `cgroups ${String(cgroups)}` : 'no cgroups'}`;
  const state = health === 'healthy' ? 'healthy' : `${health}: ${printable(description)}`;
  return [
    `The driver is ${state}: ${what}`,
    ...(hasCgroups
      ? []
      : [
          'No cgroup can be made: no task can have a memory limit, and metrics come from processes. Run as root for cgroups.',
        ]),
  ];
}

const MARKS: Readonly<Record<Verdict, readonly [string, 'green' | 'red' | 'yellow']>> = {
  yes: ['✔', 'green'],
  no: ['✘', 'red'],
  unseen: ['–', 'yellow'],
};

function mark(verdict: Verdict, paint: Paint): string {
  const [sign, colour] = MARKS[verdict];
  return paint(colour, sign);
}

function checkText({ what, looked, left }: Check, paint: Paint): readonly string[] {
  const found = left.length === 0 ? 'none left' : `${left.length} left`;
  const first = `${mark(left.length === 0 ? 'yes' : 'no', paint)} ${what}: ${found}`;
  return [
    `${first} ${paint('dim', `(checked ${looked})`)}`,
    ...left.map((thing) => `    ${printable(thing)}`),
  ];
}

function summaryText(summary: DemoSummary, paint: Paint): readonly string[] {
  const pods = table<PodSummary>(
    summary.pods,
    [
      {
        title: ' ',
        value: ({ asExpected }) => MARKS[asExpected][0],
        colour: (_, row) => mark(row.asExpected, paint),
      },
      { title: 'POD', value: ({ id }) => id },
      { title: 'EXPECTED', value: ({ expected }) => expected },
      { title: 'SEEN', value: ({ seen }) => seen },
    ],
    paint,
  );
  const kinds = Object.entries(summary.events).map(([kind, times]) => `${kind} ${times}`);
  const missing = summary.missing.length === 0 ? '' : `; not seen: ${summary.missing.join(', ')}`;
  const end = summary.clean ? paint('green', 'Nothing is left.') : paint('red', 'Something is left.');
  return [
    '',
    ...pods.split('\n'),
    '',
    `Events: ${kinds.join(', ') || 'none'}${missing}`,
    ...summary.failures.map((failure) => `${paint('red', 'Failed')} ${printable(failure)}`),
    `${summary.interrupted ? 'Interrupted after' : 'Ran for'} ${duration(summary.ranMs)}. ${end}`,
  ];
}
