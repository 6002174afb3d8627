import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { hostProgram } from '../support/host-program.ts';
import { recordedImages, type RecordedImages } from '../support/images.ts';
import { Replay, type Difference } from '../support/replay/replay.ts';
import { startReplayWorker, type ReplayWorker } from '../support/replay/replay-worker.ts';
import { EMBEDDED_RKT } from '../support/replay/rkt-process.ts';
import { requires } from '../support/requirements.ts';
import { flyScenarios, loadScenario } from '../support/replay/scenario.ts';
import { BUSYBOX_STEPS, DEVIATIONS, deviatingSteps, LEFT_OUT } from './embedded-deviations.ts';

/** Scenarios have up to 120 commands; a busy machine takes a third of a second for each. */
const TIMEOUT_MS = 240_000;
const ALL = flyScenarios();
const hasBusybox = hostProgram('busybox') !== undefined;
const REPLAYED = ALL.filter((name) => LEFT_OUT[name] === undefined);

describe('the embedded rkt against recordings of the real one', () => {
  let dir: string | undefined;
  let images: RecordedImages;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    expect(existsSync(EMBEDDED_RKT), 'run `npm run build` first').to.equal(true);
    requires(this, 'root', 'pods');
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-replay-'));
    chmodSync(dir, 0o755);
    images = await recordedImages(dir);
    await recordedImages(dir, ['big.aci']);
  });

  after(function () {
    this.timeout(TIMEOUT_MS);
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  const replay = async (name: string, way: string, worker?: ReplayWorker): Promise<void> => {
    const scenarioDir = join(dir ?? '', `${name}-${way}`);
    mkdirSync(scenarioDir);
    const differences = await new Replay(loadScenario(name), scenarioDir, images, worker).run();
    rmSync(scenarioDir, { recursive: true });
    const open = new Set([
      ...deviatingSteps(name, 'open'),
      ...(hasBusybox ? [] : (BUSYBOX_STEPS[name] ?? [])),
    ]);
    const known = deviatingSteps(name, 'differs');
    const unexpected = differences.filter(({ step }) => !open.has(step) && !known.has(step));
    expect(unexpected.map(show).join('\n')).to.equal('');
    const found = differences.map(({ step }) => step).filter((step) => known.has(step));
    expect(found, 'steps listed as different').to.deep.equal([...known].sort((a, b) => a - b));
  };

  for (const name of REPLAYED) {
    it(`replays ${name}`, async function () {
      this.timeout(TIMEOUT_MS);
      await replay(name, 'process');
    });
  }

  // One worker for all: no command may notice what others have done in it.
  describe('called in a worker', () => {
    const worker = startReplayWorker();
    after(async () => {
      await worker.worker.close();
      expect(worker.calls, 'commands that were called').to.be.greaterThan(200);
    });

    for (const name of REPLAYED) {
      it(`replays ${name}`, async function () {
        this.timeout(TIMEOUT_MS);
        await replay(name, 'call', worker);
      });
    }
  });
});

describe('the list of deviations of the embedded rkt', () => {
  const page = readFileSync(new URL('../../docs/embedded-rkt.md', import.meta.url), 'utf8').replace(
    / +/g,
    ' ',
  );

  it('names scenarios and steps that exist', () => {
    for (const { steps } of Object.values(DEVIATIONS)) {
      for (const [scenario, indices] of Object.entries(steps)) {
        expect(REPLAYED).to.include(scenario);
        expect(Math.max(...indices)).to.be.below(loadScenario(scenario).steps.length);
      }
    }
    for (const scenario of Object.keys(LEFT_OUT)) expect(ALL).to.include(scenario);
  });

  it('is the one in docs/embedded-rkt.md', () => {
    for (const { reason, steps } of Object.values(DEVIATIONS)) {
      const places = Object.entries(steps).map(([scenario, indices]) => `${scenario} ${indices.join(', ')}`);
      expect(page).to.include(`| ${reason} | ${places.join('; ')} |`);
    }
    for (const [scenario, reason] of Object.entries(LEFT_OUT))
      expect(page).to.include(`| ${scenario} | ${reason} |`);
  });
});

function show({ step, command, recorded, ours }: Difference): string {
  const text = (value: unknown) => JSON.stringify(value, undefined, 1);
  return `step ${step}, ${command}\nrecorded: ${text(recorded)}\nours: ${text(ours)}`;
}
