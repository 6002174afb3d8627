import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import type { PodState } from '../../src/model/pod.ts';
import { collectableImage, createImageGc } from '../../src/ops/image-gc.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import { ManualClock, flushPromises } from '../support/manual-clock.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { recordedCommands, replayRunner } from '../support/recordings.ts';
import { until } from '../support/until.ts';

const IMAGE = `sha512-${'a'.repeat(64)}`;
const OTHER = `sha512-${'b'.repeat(64)}`;
const POD = 'b15d4e6e-afbb-4e36-9cde-25f35530315c';
const MINUTE_MS = 60_000;

interface Machine {
  pods: readonly { readonly state: PodState; readonly image: string }[];
  failing: boolean;
}

/** Answers `list`, `status` and `image rm`, and keeps what it was asked. */
function aRunner(machine: Machine, sent: string[]): RktRunner {
  const [anyCommand] = recordedCommands();
  if (anyCommand === undefined) throw new Error('nothing was recorded');
  const pods = (): unknown =>
    machine.pods.map(({ state, image }) => ({
      name: POD,
      state,
      apps: [{ name: 'a', state, image_id: image }],
    }));
  return {
    ...replayRunner(anyCommand),
    run(args) {
      sent.push(args.join(' '));
      if (machine.failing) return Promise.reject(new RktError('RKT_ERR_RKT_FAILED', 'rkt failed'));
      const answers: Record<string, string> = {
        list: JSON.stringify(pods()),
        status: JSON.stringify((pods() as unknown[])[0]),
        image: `successfully removed aci for image: "${args[2] ?? ''}"\n`,
      };
      const stdout = answers[args[0] ?? ''] ?? '';
      return Promise.resolve({ stdout, stderr: '', exitCode: 0, durationMs: 1, command: args });
    },
  };
}

describe('createImageGc', () => {
  let directory: string;
  let clock: ManualClock;
  let shutdown: AbortController;
  let sent: string[];
  let machine: Machine;
  let config: ReturnType<typeof driverConfigSchema.parse>;
  let warnings: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    clock = new ManualClock();
    shutdown = new AbortController();
    sent = [];
    warnings = [];
    machine = { pods: [], failing: false };
    config = driverConfigSchema.parse({ gc: { image: true, image_delay: '3m' } });
  });
  afterEach(() => rm(directory, { recursive: true }));

  const context = () => {
    const nothing = (): void => undefined;
    const runner = aRunner(machine, sent);
    return anOpsContext(directory, {
      ...{ scheduler: clock, shutdown: shutdown.signal, driverConfig: () => config },
      runner: () => Promise.resolve(runner),
      logger: { debug: nothing, info: nothing, warn: (_, text) => warnings.push(text), error: nothing },
    });
  };
  const removals = (): readonly string[] => sent.filter((command) => command.startsWith('image'));
  const looked = (): Promise<void> =>
    until('rkt list was asked', () => sent.some((command) => command.startsWith('list')));
  const removed = (): Promise<void> => until('the image is gone', () => removals().length > 0);

  it('removes an image after the delay, when no pod uses it', async () => {
    const gc = createImageGc(await context());
    gc.consider(IMAGE);
    await clock.advance(3 * MINUTE_MS - 1);
    expect(sent).to.deep.equal([]);
    machine.pods = [
      { state: 'exited', image: IMAGE },
      { state: 'running', image: OTHER },
    ];
    await clock.advance(1);
    await removed();
    expect(removals()).to.deep.equal([`image rm ${IMAGE}`]);
    expect(clock.timers).to.equal(0);
  });

  for (const state of ['prepared', 'running'] as const) {
    it(`keeps an image that a pod uses which is ${state}, the caller that made it`, async () => {
      machine.pods = [{ state, image: IMAGE }];
      createImageGc(await context()).consider(IMAGE);
      await clock.advance(3 * MINUTE_MS);
      await looked();
      await flushPromises();
      expect(removals()).to.deep.equal([]);
    });
  }

  it('begins the delay anew when the image was needed once more', async () => {
    const gc = createImageGc(await context());
    gc.consider(IMAGE);
    await clock.advance(2 * MINUTE_MS);
    gc.consider(IMAGE);
    await clock.advance(2 * MINUTE_MS);
    expect([sent, clock.timers]).to.deep.equal([[], 1]);
    await clock.advance(MINUTE_MS);
    await removed();
  });

  it('waits once more while a pod is in preparation, which does not report its image', async () => {
    const half = join(directory, 'rkt', 'pods', 'prepare', POD);
    await mkdir(half, { recursive: true });
    createImageGc(await context()).consider(IMAGE);
    await clock.advance(3 * MINUTE_MS);
    await until('it waits once more', () => clock.timers === 1);
    expect(sent).to.deep.equal([]);
    await rm(half, { recursive: true });
    await clock.advance(3 * MINUTE_MS);
    await removed();
  });

  it('drops what waits when the driver shuts down', async () => {
    createImageGc(await context()).consider(IMAGE);
    shutdown.abort();
    expect(clock.timers).to.equal(0);
    await clock.advance(5 * MINUTE_MS);
    expect(sent).to.deep.equal([]);
  });

  it('keeps the image when that was switched off meanwhile', async () => {
    const gc = createImageGc(await context());
    gc.consider(IMAGE);
    config = driverConfigSchema.parse({});
    await clock.advance(3 * MINUTE_MS);
    config = driverConfigSchema.parse({ gc: { image: true, image_delay: '0' } });
    gc.consider(OTHER);
    await clock.advance(1);
    await removed();
    expect(removals()).to.deep.equal([`image rm ${OTHER}`]);
  });

  it('reports the log when rkt refuses', async () => {
    machine.failing = true;
    createImageGc(await context()).consider(IMAGE);
    await clock.advance(3 * MINUTE_MS);
    await until('it is in the log', () => warnings.length > 0);
    expect(warnings).to.deep.equal(['An image could not be removed']);
  });

  describe('collectableImage', () => {
    it('is the image of the pod, when images are collected', async () => {
      machine.pods = [{ state: 'exited', image: IMAGE }];
      expect(await collectableImage(await context(), POD)).to.equal(IMAGE);
    });

    it('is nothing without a pod, for pods that stay, and when images are not collected', async () => {
      expect(await collectableImage(await context(), undefined)).to.equal(undefined);
      config = driverConfigSchema.parse({ gc: { pod: false, image: true } });
      expect(await collectableImage(await context(), POD)).to.equal(undefined);
      config = driverConfigSchema.parse({});
      expect(await collectableImage(await context(), POD)).to.equal(undefined);
      expect(sent).to.deep.equal([]);
    });

    it('is nothing when rkt does not know', async () => {
      machine.failing = true;
      expect(await collectableImage(await context(), POD)).to.equal(undefined);
    });
  });
});
