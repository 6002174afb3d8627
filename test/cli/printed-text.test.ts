import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { fit } from '../../src/cli/demo/fit.ts';
import { recordText } from '../../src/cli/demo/record-text.ts';
import { eventText } from '../../src/cli/events-command.ts';
import { fingerprintText } from '../../src/cli/fingerprint-command.ts';
import { inspectText } from '../../src/cli/inspect-command.ts';
import { createPaint, errorText } from '../../src/cli/cli-output.ts';
import { tasksText } from '../../src/cli/task-list.ts';
import { statsLines, statsText } from '../../src/cli/stats-text.ts';
import { lineText } from '../../src/cli/top/line.ts';
import { frame } from '../../src/cli/top/top-frame.ts';
import { FIRST_STATE } from '../../src/cli/top/top-state.ts';
import { withEvent } from '../../src/cli/top/top-data.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import type { TaskEvent } from '../../src/model/task-event.ts';
import { stateFileName } from '../../src/registry/state-store.ts';
import type { StoredTask } from '../../src/registry/stored-task.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { aStatus, aUsage, someData } from '../support/top-tasks.ts';

const paint = createPaint(true);
/** Our own colours. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const ACTED_ON = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
/** Text with more of what is to be kept out than chance would give. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\x1b[31m',
        '\x1b]0;t\x07',
        '\n',
        '\r',
        '\x9b2J',
        '\u202e',
        '\u2066',
        '\u2028',
        '\x85',
        '\x7f',
        '\t',
      ),
    ),
  )
  .map((parts) => parts.join(''));

/** Every text that a person is shown, of what came from outside; each with how many lines it may have. */
function shown(text: string): readonly (readonly [string, number])[] {
  const status = {
    ...aStatus(text, { name: text, image: text, allocId: text, podId: text, phase: 'running' }),
    cgroupPaths: [text, text],
    stdoutPath: text,
    stderrPath: text,
  };
  const event = {
    id: text,
    kind: 'failed',
    taskId: text,
    taskName: text,
    timeMs: 0,
    message: text,
    annotations: { error: text },
  } as const satisfies TaskEvent;
  const rows = [{ taskId: text, name: text, usage: aUsage(1, 2), limitBytes: undefined }];
  const fingerprint = {
    health: 'unhealthy',
    description: text,
    attributes: { [`driver.${text}`]: text, 'driver.rkt.version': text },
    timeMs: 0,
  } as const;
  const error = new RktError('RKT_ERR_OPTIONS', text);
  const data = withEvent(someData([status, aUsage(1, 2)]), event);
  const top = (view: 'list' | 'task' | 'log'): string =>
    frame({
      data,
      state: { ...FIRST_STATE, view, selectedId: text, filter: text },
      size: { columns: 200, rows: 30 },
      log: { kind: 'lines', lines: [text] },
    })
      .map(lineText)
      .join('\n');
  const records = (record: Parameters<typeof recordText>[0]): string =>
    recordText(record, paint)
      .map((line) => fit(line, 80))
      .join('\n');
  return [
    [tasksText([status], paint, 0), 2],
    [inspectText(status, paint, 0), 14],
    [eventText(event, paint), 1],
    [statsText(rows, paint), 2],
    [statsLines(rows, false), 1],
    [fingerprintText(fingerprint, paint, false), 4],
    [errorText(error, { json: false, debug: false }).slice(0, -1), 1],
    [errorText(error, { json: true, debug: true }).slice(0, -1), 1],
    ...(['list', 'task', 'log'] as const).map((view) => [top(view), 29] as const),
    [records({ type: 'note', message: text }), 1],
    [records({ type: 'output', taskId: text, lines: [text, text] }), 2],
    [records({ type: 'check', what: 'files', looked: 1, left: [text] }), 2],
    [records({ type: 'fingerprint', ...fingerprint }), 2],
  ];
}

describe('what is printed of what came from outside', function () {
  this.timeout(60_000);

  it('holds no control character but line feeds and our own colours, and no line more', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const [printed, lines] of shown(text)) {
          expect(printed.replaceAll(SGR, '').replaceAll('\n', '')).to.not.match(ACTED_ON);
          expect(printed.split('\n').length, printed).to.be.at.most(lines);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets no colours through that are not our own', () => {
    for (const [printed] of shown('a\x1b[31mb')) expect(printed).to.not.include('\x1b[31mb');
  });
});

describe('a task whose id holds control characters', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();
  const HOSTILE = 'web\x1b[2J\nforged  row\u202e\x9b1m';

  it('is refused', async () => {
    for (const flags of [
      ['--id', 'a\x1b[2Jb'],
      ['--id', 'a\u202eb'],
      ['--name', 'a\nb'],
    ]) {
      const { exitCode, stdout, stderr } = await cli().run(cli().shell(':', ...flags));
      expect({ exitCode, stdout }, stderr).to.deep.equal({ exitCode: 125, stdout: '' });
      expect(stderr).to.match(
        /^[^\n]*RKT_ERR_TASK_CONFIG: task\.(id|name): holds U\+(001B|202E|000A), a control character[^\n]*\n$/,
      );
      expect(stderr.replaceAll('\n', '')).to.not.match(ACTED_ON);
    }
  });

  it('is shown safely and can be removed, where a state file holds one', async () => {
    await cli().detach('web');
    const directory = join(cli().sandbox.options.dataDir, 'state');
    const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.json'));
    const entry = JSON.parse(await readFile(join(directory, name), 'utf8')) as StoredTask;
    const spec = { ...entry.spec, id: HOSTILE, name: HOSTILE };
    const handle = { ...entry.handle, state: { ...entry.handle?.state, spec } };
    const hostile = { ...entry, id: HOSTILE, spec, handle };
    await writeFile(join(directory, stateFileName(HOSTILE)), JSON.stringify(hostile));
    await rm(join(directory, name));
    for (const args of [
      ['ps'],
      ['inspect', 'web'],
      ['ps', '--json'],
      ['stats', '--once', '--interval', '50ms'],
      ['rm', '-f', 'web'],
    ]) {
      const { exitCode, stdout, stderr } = await cli().run(args);
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.include(
        args.includes('--json') ? '\\u202e\\u009b' : 'web\\x1b[2J\\nforged  row\\u202e\\x9b1m',
      );
      expect(stdout.replaceAll('\n', '')).to.not.match(ACTED_ON);
    }
    expect(await cli().sandbox.leftovers()).to.deep.equal([]);
  });
});
