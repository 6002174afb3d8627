import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '../fixtures');

interface Step {
  /** Some steps of a recording are scripts of the shell. */
  readonly argv?: readonly string[];
  readonly stdout?: string;
}

/** What a real rkt printed for one of its commands, each answer once. */
export function recordedAnswers(command: string): readonly Buffer[] {
  const dir = join(FIXTURES, 'rkt-recordings');
  const steps = readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .flatMap(
      (name) =>
        (JSON.parse(readFileSync(join(dir, name), 'utf8')) as { steps?: readonly Step[] }).steps ?? [],
    );
  const isOf = ({ argv = [] }: Step): boolean =>
    argv
      .filter((word) => !word.startsWith('-'))
      .join(' ')
      .startsWith(command);
  const answers = steps
    .filter(isOf)
    .map(({ stdout = '' }) => stdout)
    .filter((text) => text !== '');
  return [...new Set(answers)].slice(0, 40).map((text) => Buffer.from(text));
}

/** The files of the cgroup fixtures whose names match. */
export function cgroupFiles(name: RegExp): readonly Buffer[] {
  const dir = join(FIXTURES, 'cgroup');
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((path) => join(dir, path))
    .filter((path) => name.test(path) && statSync(path).isFile())
    .map((path) => readFileSync(path));
}
