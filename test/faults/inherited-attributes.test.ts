import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';

import { shellLine, variablesOf } from '../support/cli-process.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import { openNomadSandbox, type NomadSandbox } from '../support/nomad-sandbox.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { serve } from '../support/served.ts';
import { until } from '../support/until.ts';

const OOM_SCORE = '/proc/self/oom_score_adj';

/** keyctl(2), whose number is another one on each architecture, and KEYCTL_JOIN_SESSION_KEYRING. */
const KEYCTL: Readonly<Record<string, number>> = { x64: 250, arm64: 219 };
const KEYRING = 'rkt-streams-test-keyring';
const JOIN_KEYRING = `perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR2, SIGALRM)); my $name = "${KEYRING}"; syscall(${KEYCTL[process.arch] ?? 0}, 1, $name) > 0 or die; exec @ARGV'`;

/** Starts the rest of the line as an operator may have started a driver. */
const ODDLY =
  `echo 300 >${OOM_SCORE}; umask 077; trap "" PIPE USR1 INT; exec 7</etc/passwd 9>/dev/null; ` +
  'export ODDITY=1; echo 0x23 >/proc/self/coredump_filter; cd /usr; ' +
  `exec chrt --batch 0 nice -n 5 ionice -c 2 -n 6 taskset -c 0 setarch --addr-no-randomize ${JOIN_KEYRING} ` +
  'sh -c \'echo 70000 >/proc/self/timerslack_ns; exec "$@"\' slack ' +
  'setpriv --groups 4,27 --inh-caps +net_raw --ambient-caps +net_raw --pdeathsig KILL ' +
  'prlimit --core=1000:2000 --nofile=3000:4000 -- ';

const REPORT = `grep -E '^(Umask|Groups|SigBlk|SigIgn|CapInh|CapAmb|NoNewPrivs|Seccomp|Cpus_allowed_list):' /proc/self/status
echo "OomScore: $(cat ${OOM_SCORE})"
echo "Nice: $(cut -d' ' -f19 /proc/self/stat)"
echo "Policy: $(cut -d' ' -f41 /proc/self/stat)"
echo "InOut: $(ionice -p $$)"
echo "Personality: $(cat /proc/self/personality)"
echo "Slack: $(cat /proc/self/timerslack_ns)"
echo "Dump: $(cat /proc/self/coredump_filter)"
echo "Keyring: $(grep -c ${KEYRING} /proc/keys)"
echo "Odd: $ODDITY"
echo "Directory: $PWD"
read -r _ _ _ _ group session terminal _ </proc/$$/stat
echo "Leads: $((group == $$)) $((session == $$)) $terminal"
grep -E 'core|open files' /proc/self/limits
ls /proc/self/fd/7 /proc/self/fd/9 2>/dev/null
exit 0`;

/** The same for a task and for a command in it. */
const EXPECTED = {
  ...{ Umask: '0022', Groups: '0', SigBlk: '0', SigIgn: '0', CapInh: '0', CapAmb: '0', NoNewPrivs: '0' },
  ...{ OomScore: '0', Nice: '5', Policy: '3', InOut: 'best-effort: prio 6', Cpus_allowed_list: '0' },
  ...{ Personality: '00040000', Slack: '70000', Dump: '00000023', Keyring: '1', Seccomp: '0' },
  ...{ Odd: '', Directory: '/', Leads: '1 1 0' },
  ...{ 'Max core file size': '1000 2000', 'Max open files': '4000 4000' },
};

function parsed(report: string): Readonly<Record<string, string>> {
  const lines = report.trim().split('\n');
  return Object.fromEntries(
    lines.map((line): [string, string] => {
      const limit = /^(Max [a-z ]*[a-z]) +(\d+) +(\d+)/.exec(line);
      if (limit) return [limit[1] ?? '', `${limit[2]} ${limit[3]}`];
      const [name = '', ...values] = line.split(/:\s*/);
      return [
        name,
        values
          .join(': ')
          .trim()
          .replace(/^0{16}$/, '0'),
      ];
    }),
  );
}

describe('what an app inherits from the caller that starts its driver', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  function oddly(args: readonly string[]): string {
    const env = { ...process.env, ...variablesOf(cli().sandbox) };
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', ODDLY + shellLine(args)], {
      ...{ encoding: 'utf8', env },
    });
    expect(status, stderr).to.equal(0);
    return stdout;
  }

  it('is what docs/task-config.md says, for a task', () => {
    expect(parsed(oddly(cli().shell(REPORT, '--rm')))).to.deep.equal(EXPECTED);
  });

  it('is no signal at the death of a parent', async () => {
    oddly(cli().shell(FOREVER, '--detach', '--id', 'orphan'));
    expect((await cli().run(['exec', 'orphan', '--', 'echo', 'alive'])).stdout).to.equal('alive\n');
  });

  it('is the same for a command', async () => {
    await cli().detach('web');
    expect(parsed(oddly(['exec', 'web', '--', 'sh', '-c', REPORT]))).to.deep.equal(EXPECTED);
  });
});

describe('the OOM score and the umask of a driver stay its own', function () {
  this.timeout(120_000);
  const SCRIPT = `cat ${OOM_SCORE}; umask`;
  let score: string;
  let umask: number;

  before(async () => {
    score = await readFile(OOM_SCORE, 'utf8');
    await writeFile(OOM_SCORE, '300');
    umask = process.umask(0o077);
  });
  after(async () => {
    process.umask(umask);
    await writeFile(OOM_SCORE, score);
  });

  describe('over the HTTP API', () => {
    let sandbox: Sandbox;
    before(async function () {
      sandbox = await openSandbox(this);
    });
    after(() => sandbox.close());

    it('for a task and a command in it', async () => {
      const driver = sandbox.driver();
      const served = await serve(driver);
      const post = async (path: string, body: object): Promise<string> => {
        const headers = { 'content-type': 'application/json' };
        const asked = { method: 'POST', unix: true, headers, body: JSON.stringify(body) };
        return (await served.ask(path, asked)).body;
      };
      try {
        await post('/v1/tasks', sandbox.shell('one', `${SCRIPT}; exec sleep 1000`));
        const output = driver.inspectTask('one').stdoutPath ?? '';
        await until('the task has reported', async () => (await readFile(output, 'utf8')).endsWith('0022\n'));
        expect(await readFile(output, 'utf8')).to.equal('0\n0022\n');
        const answer = await post('/v1/tasks/one/exec', { cmd: ['sh', '-c', SCRIPT] });
        expect(JSON.parse(answer)).to.include({ stdout: '0\n0022\n' });
        await driver.destroyTask('one', { force: true });
      } finally {
        await served.close();
      }
    });
  });

  describe('in the plugin of a Nomad agent', () => {
    let nomad: NomadSandbox;
    before(async function () {
      nomad = await openNomadSandbox(this);
      await nomad.launch();
    });
    after(() => nomad.close());

    it('for a task and a command in it', async () => {
      const task = await nomad.run(`(${SCRIPT}) >/tmp/score; exec sleep 1000`);
      const exec = async (script: string): Promise<string> => {
        const request = { task_id: task, command: ['sh', '-c', script], timeout: { seconds: 0, nanos: 0 } };
        return (await nomad.plugin().driver.unary('ExecTask', request)).stdout.toString();
      };
      await until('the task has reported', async () => (await exec('cat /tmp/score')).endsWith('0022\n'));
      expect(await exec('cat /tmp/score')).to.equal('0\n0022\n');
      expect(await exec(SCRIPT)).to.equal('0\n0022\n');
      await nomad.destroy(task);
    });
  });
});
