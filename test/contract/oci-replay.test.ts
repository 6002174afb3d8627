import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { recordedImages, type RecordedImages } from '../support/images.ts';
import { Replay, type Difference } from '../support/replay/replay.ts';
import { loadScenario, type RecordedStep, type Scenario } from '../support/replay/scenario.ts';
import { requires } from '../support/requirements.ts';
import { OCI_DEVIATIONS } from './oci-deviations.ts';

const TIMEOUT_MS = 240_000;
/** How rkt's journal prints a line of an app. */
const JOURNAL = /^\[ *\d+\.\d+\] [a-z0-9-]+\[\d+\]: /gm;
const ACLS = /^stage1: warning: error setting journal ACLs.*\n/gm;
/** What shows systemd-nspawn and systemd: their files, processes and cgroups. */
const OF_SYSTEMD = ['fs', 'tree', 'file', 'cgroupDirs'];

describe('pods of the stage1 oci against recordings of an isolating stage1 of the real rkt', () => {
  let dir: string | undefined;
  let images: RecordedImages;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    requires(this, 'root', 'pods', 'busybox', 'crun', 'catatonit');
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-replay-'));
    chmodSync(dir, 0o755);
    images = await recordedImages(dir);
  });

  after(() => {
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  for (const [name, { last, differs }] of Object.entries(OCI_DEVIATIONS)) {
    it(`replays ${name}`, async function () {
      this.timeout(TIMEOUT_MS);
      const scenarioDir = join(dir ?? '', name);
      mkdirSync(scenarioDir);
      const differences = await new Replay(ofOci(loadScenario(name), last), scenarioDir, images).run();
      const known = Object.keys(differs).map(Number);
      const unexpected = differences.filter(({ step }) => !known.includes(step));
      expect(unexpected.map(show).join('\n')).to.equal('');
      expect(
        differences.map(({ step }) => step),
        'steps listed as different',
      ).to.deep.equal(known);
    });
  }
});

/** The same scenario for our stage1, without what the journal puts around the outputs of apps. */
function ofOci(scenario: Scenario, last: number): Scenario {
  return { ...scenario, steps: scenario.steps.slice(0, last + 1).map(step) };
}

function step(recorded: RecordedStep): RecordedStep {
  if (OF_SYSTEMD.includes(recorded.kind ?? '')) return { kind: 'note' };
  const { argv, stdout, stderr } = recorded;
  const own = argv?.map((word) => (word.startsWith('--stage1-hash=') ? '--stage1-name=oci' : word));
  return {
    ...recorded,
    ...(own === undefined ? {} : { argv: own }),
    ...(stdout === undefined ? {} : { stdout: stdout.replace(JOURNAL, '').replaceAll('\r\n', '\n') }),
    ...(stderr === undefined ? {} : { stderr: stderr.replace(ACLS, '') }),
  };
}

function show({ step: index, command, recorded, ours }: Difference): string {
  const text = (value: unknown) => JSON.stringify(value, undefined, 1);
  return `step ${index}, ${command}\nrecorded: ${text(recorded)}\nours: ${text(ours)}`;
}
