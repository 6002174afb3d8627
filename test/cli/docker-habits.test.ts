import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { PLUGIN_VERSION } from '../../src/model/agent-version.ts';
import type { CliResult } from '../support/cli-process.ts';
import { FOREVER, useCliSandbox, type CliSandbox } from '../support/cli-sandbox.ts';

/** What somebody types who knows docker, what docker or podman does then, and what comes of it here. */
interface Habit {
  /** As it is typed; `IMAGE` is an image whose program is a shell, `web` a task that runs. */
  readonly line: string;
  /** What docker or podman prints and returns; podman is 4.3.1, run on Debian 12. */
  readonly docker: string;
  readonly args?: readonly string[];
  readonly input?: string;
  /** The exit code here. */
  readonly code: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

const RUN: readonly Habit[] = [
  habit(
    'run --rm --entrypoint /bin/echo IMAGE hi -n',
    'prints "hi -n": options after the image are the app’s',
    0,
    {
      stdout: 'hi -n\n',
    },
  ),
  habit('run --rm IMAGE -c exit\\ 3', 'exits with the code of the app', 3, { stdout: '', stderr: '' }),
  habit('run --rm --entrypoint /nope IMAGE', 'exits with 127', 127, { stderr: /can't execute "\/nope"/ }),
  habit('run --rm --entrypoint /etc IMAGE', 'exits with 126', 126, { stderr: /can't execute "\/etc"/ }),
  habit('run -i --rm --entrypoint /bin/cat IMAGE', 'passes standard input on', 0, {
    input: 'hello\n',
    stdout: 'hello\n',
  }),
  habit('run --rm --entrypoint /bin/cat IMAGE', 'has no standard input without -i', 0, {
    input: 'hello\n',
    stdout: '',
  }),
  habit('run -dit IMAGE', 'keeps a shell open in the background', 2, {
    stderr: /--detach cannot be given together .* exec -it/,
  }),
  habit('run --rm -w /bin --entrypoint /bin/pwd IMAGE', 'prints "/bin"', 0, { stdout: /^\/(usr\/)?bin\n$/ }),
  habit('run --rm -m 64x IMAGE', 'podman: invalid value for memory: invalid size, 125', 2, {
    stderr: /argument '64x' is invalid/,
  }),
  habit('run --rm --cap-add NOPE IMAGE', 'podman: unknown capability, 125', 2, {
    stderr: /--cap-add NOPE: Linux has no such capability/,
  }),
  habit('run --rm -p 80 IMAGE', 'chooses a port of the host', 2, {
    stderr: /--publish 80 is not \[IP:\]HOSTPORT:PORT/,
  }),
  habit('run --rm -p 8080:80 IMAGE', 'publishes the port', 125, {
    stderr: /RKT_ERR_NETWORK: .*fly gives a pod no separate network/,
  }),
  habit('run --restart on-failure:1 IMAGE -c echo\\ hi;exit\\ 3', 'restarts the app once', 3, {
    stdout: 'hi\nhi\n',
  }),
  habit('run -d --restart always IMAGE', 'its daemon restarts the app', 2, { stderr: /needs an agent/ }),
  habit('run --rm --restart always IMAGE', 'conflicting options, 125', 2, { stderr: /together with --rm/ }),
  habit('run --restart sometimes IMAGE', 'invalid restart policy, 125', 2, {
    stderr: /It is no, on-failure/,
  }),
  habit('run --rm --pull never IMAGE -c echo\\ hi', 'uses the image that is there', 0, { stdout: 'hi\n' }),
  habit('run --pull never test.local/nope', 'podman: image not known, 125', 125, { stderr: /RKT_ERR_IMAGE/ }),
  habit('run --privileged IMAGE', 'runs with all rights', 2, { stderr: /use --stage1 fly/ }),
  habit('run', 'podman: requires at least 1 arg(s), 125', 2, { stderr: /missing required argument 'image'/ }),
];

const EXEC: readonly Habit[] = [
  habit('exec web echo -n x', 'prints "x" without --', 0, { stdout: 'x' }),
  habit('exec web sh -c exit\\ 4', 'exits with the code of the command', 4),
  habit('exec -i web cat', 'passes standard input on', 0, { input: 'hello\n', stdout: 'hello\n' }),
  habit('exec -it web sh -c test\\ -t\\ 0&&echo\\ terminal', 'gives the command a terminal', 0, {
    stdout: 'terminal\r\n',
  }),
  habit('exec web nope', 'exits with 127', 127, { stderr: /nope/ }),
  habit('exec web /etc', 'exits with 126', 126, { stderr: /\/etc/ }),
  habit('exec nope echo', 'podman: no container with name or ID "nope" found, 125', 125, {
    stderr: /RKT_ERR_TASK_NOT_FOUND: .*"nope"/,
  }),
];

const TASKS: readonly Habit[] = [
  habit('ps -q', 'prints the ids of running containers', 0, { stdout: 'web\n' }),
  habit('ps -a --filter name=we --format {{.Names}}\\ {{.State}}', 'podman: "web running"', 0, {
    stdout: 'web running\n',
  }),
  habit('ps --filter status=nonsense', 'podman: unknown container state: nonsense, 125', 2, {
    stderr: /--filter status=nonsense: the states are preparing, .*created/,
  }),
  habit('ps --format {{.Nope}}', 'docker: can’t evaluate field Nope, 1', 2, {
    stderr: /there is no field \.Nope; the fields are \.ID, \.Names/,
  }),
  habit('ps --format {{range\\ .Names}}x{{end}}', 'docker: runs the template', 2, {
    stderr: /\{\{range \.Names\}\} is not supported; a template holds text, \{\{\.Field\}\}/,
  }),
  habit('ps --no-trunc --format table\\ {{.ID}}\\t{{.Status}}', 'prints a table with titles', 0, {
    stdout: /^ID +STATUS\nweb +Up .*\n$/,
  }),
  habit('ps --format json', 'docker: an object a line with the names of the fields', 0, {
    stdout: /^\{"ID":"web","Names":"web",.*\}\n$/,
  }),
  habit('inspect --format {{.Name}}\\ {{.State.Status}} web', 'podman: "web running"', 0, {
    stdout: 'web running\n',
  }),
  habit('inspect web nope', 'prints web; podman: no such object: "nope", 125', 1, {
    stdout: /^id +web$/m,
    stderr: /RKT_ERR_TASK_NOT_FOUND/,
  }),
  habit('logs --tail 1 web', 'prints the last line', 0, { stdout: '' }),
  habit('logs -t web', 'prints the time of each line', 2, { stderr: /with -f each line gets the time/ }),
  habit('logs --since 10m web', 'prints the lines since then', 2, { stderr: /use --tail N, or -f/ }),
  habit('stats --no-stream --format {{.Name}}\\ {{.PIDs}} web', 'prints one sample', 0, {
    stdout: /^web \d+\n$/,
  }),
  habit('cp web:/etc/nope /tmp', 'podman: "/etc/nope" could not be found, 125', 1, {
    stderr: /RKT_ERR_COPY: .*ENOENT/,
  }),
  habit('cp web:/bin/sh web:/x', 'copies between containers', 2, { stderr: /Both paths are in a task/ }),
  habit('events --since 1h --until 1s --format {{.Action}}\\ {{.Actor.ID}}', 'podman: "start web"', 0),
  habit('events --format {{.Nope}}', 'podman: can’t evaluate field Nope, 125', 2, {
    stderr: /no field \.Nope/,
  }),
];

const READING: readonly Habit[] = [
  habit('restart nope', 'podman: no container with name or ID "nope" found, 125', 1, { stderr: /"nope"/ }),
  habit('system df', 'prints what images and containers occupy', 0, {
    stdout: /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 .*\nLogs of tasks +1 +1 .*\n$/,
  }),
  habit('system prune', 'asks', 2, { stderr: /no terminal to confirm this on: give --force/ }),
  habit('images -q', 'prints the ids of the images', 0, { stdout: /^sha512-[0-9a-f]{12}\n$/ }),
  habit('images --format {{.Repository}}', 'prints their names', 0, { stdout: 'test.local/shell\n' }),
  habit('info --format {{.ContainersRunning}}', 'prints how many run', 0, { stdout: '1\n' }),
  habit('rmi nope', 'podman: nope: image not known, 1', 1, { stderr: /RKT_ERR_IMAGE_NOT_FOUND: .*"nope"/ }),
];

const CHANGING: readonly Habit[] = [
  habit('stop -t 0 we nope', 'stops web, reports nope; docker 1, podman 125', 1, {
    stdout: 'web\n',
    stderr: /RKT_ERR_TASK_NOT_FOUND: .*"nope"/,
  }),
  habit('rm -f web nope', 'removes web, reports nope, 1', 1, { stdout: 'web\n', stderr: /"nope"/ }),
  habit('kill -s TERM web', 'sends the signal', 0, { stdout: 'web\n' }),
  habit('kill web nope', 'kills web, reports nope', 1, { stdout: 'web\n', stderr: /"nope"/ }),
  habit('restart -t 0 web', 'stops it and starts it again', 0, { stdout: 'web\n' }),
  habit('system prune -f', 'removes what has ended', 0, { stdout: '' }),
];

const MACHINE: readonly Habit[] = [
  habit('version --format {{.Client.Version}}', 'podman: 4.3.1', 0, { stdout: `${PLUGIN_VERSION}\n` }),
  habit('build .', 'builds an image', 2, { stderr: /unknown command 'build': use image build/ }),
  habit('pull ./nope.aci', 'podman: initializing source …, 125', 1, { stderr: /RKT_ERR_IMAGE/ }),
];

describe('the habits of docker', function () {
  this.timeout(240_000);
  const cli = useCliSandbox();

  describe('without a task', () => {
    together({ run: RUN, machine: MACHINE }, cli);
  });

  describe('with a task that runs', () => {
    before(() => cli().detach('web', FOREVER, '--name', 'web'));
    together({ exec: EXEC, tasks: TASKS, reading: READING }, cli);
  });

  describe('with a task that they change', () => {
    beforeEach(() => cli().detach('web', FOREVER, '--name', 'web'));
    for (const one of CHANGING) check('life', one, () => run(one, cli()));
  });

  it('events --since 1h --filter event=recovered prints what happened, and goes on', async () => {
    await cli().detach('web');
    const events = cli().start([
      'events',
      '--since',
      '1h',
      '--filter',
      'event=recovered',
      '--filter',
      'container=we',
    ]);
    await events.says('recovered');
    events.child.kill('SIGINT');
    expect(await events.ended).to.include({ exitCode: 0 });
    const past = await cli().run(['events', '--since', '1h', '--until', '1m']);
    expect(past).to.deep.equal({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('run limits the task and labels it', async () => {
    await cli().detach(
      'web',
      FOREVER,
      '--pids-limit',
      '64',
      '--cpus',
      '0.5',
      '-m',
      '64m',
      '-l',
      'app=x',
      '-l',
      'y',
    );
    const [task] = await cli().json('inspect', 'web');
    expect(task).to.deep.include({ memoryLimitBytes: 64 * 1024 * 1024, labels: { app: 'x', y: '' } });
    const { cgroupPaths } = task as { readonly cgroupPaths: readonly string[] };
    const limits = cgroupPaths.map((path) => join(path, 'pids.max')).filter(existsSync);
    expect(limits.map((file) => readFileSync(file, 'utf8'))).to.deep.equal(['64\n']);
  });
});

function habit(line: string, docker: string, code: number, more: Omit<Partial<Habit>, 'line'> = {}): Habit {
  return { line, docker, code, ...more };
}

/** The words of a line; `\ ` is a space within a word. */
function words(line: string): readonly string[] {
  return line.split(/(?<!\\) /).map((word) => word.replaceAll('\\ ', ' '));
}

/** So many commands run at a time where they do not disturb each other. */
const AT_A_TIME = 4;

/** Runs all before the first case, several at a time: most of a case is the start of a process. */
function together(groups: Readonly<Record<string, readonly Habit[]>>, cli: () => CliSandbox): void {
  const results = new Map<Habit, CliResult>();
  before(async () => {
    const left = Object.values(groups).flat();
    const next = async (): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift())
        results.set(one, await run(one, cli()));
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, next));
  });
  for (const [what, habits] of Object.entries(groups))
    for (const one of habits) check(what, one, () => Promise.resolve(results.get(one)));
}

function run(
  { line, args = words(line), input }: Habit,
  { run: start, sandbox }: CliSandbox,
): Promise<CliResult> {
  return start(
    args.map((word) => (word === 'IMAGE' ? sandbox.image : word)),
    input === undefined ? {} : { input },
  );
}

function check(
  what: string,
  { line, docker, code, stdout, stderr }: Habit,
  resultOf: () => Promise<CliResult | undefined>,
): void {
  it(`${what}: ${line}: ${docker}`, async () => {
    const result = await resultOf();
    expect(result, JSON.stringify(result)).to.include({ exitCode: code });
    matches(result?.stdout ?? '', stdout);
    matches(result?.stderr ?? '', stderr);
  });
}

function matches(text: string, wanted: string | RegExp | undefined): void {
  if (typeof wanted === 'string') expect(text).to.equal(wanted);
  else if (wanted !== undefined) expect(text).to.match(wanted);
}
