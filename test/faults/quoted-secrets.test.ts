import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { expect } from 'chai';

import { loadSettings } from '../../src/cli/settings.ts';
import { isRktError, type RktError } from '../../src/index.ts';
import { commandWords, withoutSecrets } from '../../src/model/secret-words.ts';
import { withoutCredentials } from '../../src/model/url-credentials.ts';
import { parsePodManifest } from '../../src/rkt/rkt-cat-manifest.ts';
import { commandLine } from '../../src/rkt/command-line.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';

const SECRET = 'geheim-4711';
const URL = `https://user:${SECRET}@127.0.0.1:1/app.aci`;
const SHOWN = 'https://…@127.0.0.1:1/app.aci';

describe('secrets that a text could quote', () => {
  it('shows URLs without their credentials', () => {
    expect(withoutCredentials(`of ${URL}, and docker://token@r/x`)).to.equal(
      `of ${SHOWN}, and docker://…@r/x`,
    );
    for (const text of ['https://host/a@b', '/images/a@b.aci', 'mail@host', 'docker://registry/app'])
      expect(withoutCredentials(text)).to.equal(text);
    expect(withoutSecrets(`run: GET ${URL}: refused; user:${SECRET} again`, [`user:${SECRET}`])).to.equal(
      `run: GET ${SHOWN}: refused; … again`,
    );
  });

  it('keeps them off the command line of the embedded rkt, and out of what is said of any', () => {
    expect(commandWords([URL])).to.deep.equal([{ text: URL, shown: SHOWN, secret: `user:${SECRET}` }]);
    const embedded = { command: ['rkt'], runtime: 'embedded' } as const;
    const { argv, env, command } = commandLine({ binary: embedded, globalArgs: [] }, ['prepare', URL]);
    expect(inspect([argv, command])).to.not.contain(SECRET);
    expect(Object.values(env)).to.deep.equal([URL]);
  });

  it('quotes no manifest that is cut off', () => {
    const whole = JSON.stringify({ env: [{ name: 'TOKEN', value: SECRET }], more: 'x' });
    for (const text of [whole.slice(0, -3), `${whole}}`, `"${SECRET}`, SECRET]) {
      const error = failureOf(() => parsePodManifest(text));
      expect(error.code).to.equal('RKT_ERR_RKT_OUTPUT');
      expect(error.message).to.contain(`of ${text.length} characters`);
      expect(inspect(error)).to.not.contain(SECRET);
    }
  });

  it('quotes no word of a config file that cannot be used', () => {
    const dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    try {
      const config = join(dir, 'config.json');
      for (const text of [
        `{"server": {"token": ${SECRET}}}`,
        `{"server": ["${SECRET}"]}`,
        `{"rkt": {"token": "${SECRET}"}}`,
        `{"rktDir": 5, "dataDir": ["${URL}"]}`,
      ]) {
        writeFileSync(config, text);
        const error = failureOf(() => loadSettings({ flags: { config }, env: {}, cwd: dir }));
        expect(error.code).to.equal('RKT_ERR_OPTIONS');
        expect(error.message).to.contain(config);
        expect(inspect(error)).to.not.contain(SECRET);
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('the credentials of an image URL, in a start that fails', function () {
  this.timeout(60_000);
  let opened: Sandbox | undefined;

  before(async function () {
    opened = await openSandbox(this);
  });
  after(() => opened?.close());

  it('are in no error, event or status', async () => {
    const driver = (opened as Sandbox).driver();
    const events = recordEvents(driver);
    const statuses: unknown[] = [];
    const subscription = driver.tasks().subscribe((tasks) => statuses.push(tasks));
    const error: unknown = await driver
      .startTask({ id: 'url', config: { image: URL, command: '/bin/true' } })
      .catch((failure: unknown) => failure);
    subscription.unsubscribe();
    expect(isRktError(error)).to.equal(true);
    const all = inspect([error, events, statuses], { depth: 20 });
    expect(all).to.contain(SHOWN).and.to.not.contain(SECRET);
  });
});

function failureOf(act: () => unknown): RktError {
  try {
    act();
  } catch (error) {
    if (isRktError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
