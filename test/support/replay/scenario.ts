import { readdirSync, readFileSync } from 'node:fs';

const DIRECTORY = new URL('../../fixtures/rkt-recordings/', import.meta.url);

/** One entry of a recorded directory listing. */
export interface RecordedEntry {
  readonly path: string;
  readonly type: string;
  readonly mode?: string;
}

/** One step of a recorded scenario; commands have no kind. */
export interface RecordedStep {
  readonly kind?: string;
  readonly id?: string;
  readonly argv?: readonly string[];
  readonly stdin?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly path?: string;
  readonly content?: string;
  readonly entries?: readonly RecordedEntry[];
  readonly result?: Readonly<Record<string, string>>;
  readonly process?: Readonly<Record<string, unknown>>;
}

/** A recorded scenario. */
export interface Scenario {
  readonly name: string;
  readonly flavor: string;
  readonly steps: readonly RecordedStep[];
}

function read(name: string): Scenario {
  return JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), 'utf8')) as Scenario;
}

/** Names of all scenarios recorded with the fly flavor. */
export function flyScenarios(): readonly string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json') && file !== 'index.json' && file !== 'images.json')
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => read(name).flavor === 'fly')
    .sort();
}

/** A scenario, with the help texts written out where the recording only names them. */
export function loadScenario(name: string): Scenario {
  const help = helpTexts();
  const scenario = read(name);
  const steps = scenario.steps.map((step) => {
    const topic = /^\$\{USAGE:(.+)\}$/.exec(step.stdout ?? '')?.[1];
    return topic === undefined
      ? step
      : { ...step, stdout: help.get(topic) ?? `no help of ${topic} recorded` };
  });
  return { ...scenario, steps };
}

function helpTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { argv = [], stdout = '' } of read('version').steps) {
    if (argv.at(-1) === '--help') texts.set(argv.slice(1, -1).join(' '), stdout);
  }
  return texts;
}
