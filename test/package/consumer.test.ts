import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import ts from 'typescript';

import { installPacked } from '../support/packed-package.ts';

/** Uses every subpath export, as a strict program of somebody else would. */
const PROGRAM = `
import { firstValueFrom } from 'rxjs';
import { METRICS, createDriver, isRktError, type Driver, type ExitResult, type TaskEvent } from 'rkt-streams';
import { createRemoteDriver } from 'rkt-streams/client';
import { driverContract } from 'rkt-streams/contract';
import { createFleetDriver } from 'rkt-streams/fleet';
import { servePlugin } from 'rkt-streams/nomad';
import { createOtlpExporter } from 'rkt-streams/otlp';
import { createPrometheusExporter } from 'rkt-streams/prometheus';
import { createRecordedDriver } from 'rkt-streams/recorded';
import { createServer } from 'rkt-streams/server';

export const doors: readonly unknown[] = [
  createFleetDriver,
  createOtlpExporter,
  createPrometheusExporter,
  createRecordedDriver,
  createRemoteDriver,
  createServer,
  servePlugin,
];
export const meaning: string = METRICS.memory.oomKills.meaning;

export async function end(driver: Driver, id: string): Promise<ExitResult> {
  driver.taskEvents().subscribe((event: TaskEvent) => {
    if (event.kind === 'exited') console.log(event.annotations.exit_code, event.exitResult?.exitCode);
  });
  driver.taskStats(id).subscribe(({ memory, cpu }) => {
    const bytes: number | undefined = memory.workingSetBytes;
    const percent: number | undefined = cpu.percent;
    console.log(bytes, percent);
  });
  try {
    return await firstValueFrom(driver.waitTask(id));
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) console.log(error.code, error.details.taskId);
    throw error;
  }
}

console.log(typeof createDriver({ dataDir: '/nowhere' }).pluginInfo().name, doors.length, meaning.length > 0);
`;

const SETTINGS = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
    lib: ['ES2022'],
  },
  files: ['program.ts'],
};

describe('the packed package', function () {
  this.timeout(300_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-consumer-'));
    installPacked(directory, ['rxjs', '@types/node', 'undici-types']);
    writeFileSync(join(directory, 'program.ts'), PROGRAM);
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(SETTINGS));
  });
  after(() => rmSync(directory, { recursive: true }));

  it('compiles in a strict program that checks the types of libraries, and runs', () => {
    execFileSync(join(process.cwd(), 'node_modules/.bin/tsc'), ['-p', '.'], {
      cwd: directory,
      stdio: 'inherit',
    });
    const printed = execFileSync(process.execPath, ['out/program.js'], { cwd: directory, encoding: 'utf8' });
    expect(printed).to.equal('string 7 true\n');
  });

  it('shows the meaning of a metric in an editor', () => {
    expect(hoverText(directory, 'memory.workingSetBytes')).to.equal(
      'usageBytes less the file cache that can be dropped at once. A gauge, in bytes.',
    );
    expect(hoverText(directory, 'cpu.percent')).to.equal(
      'CPU time since the previous sample: 100 is one full core. A gauge, in percent.',
    );
  });
});

/** What an editor shows for a metric of a sample: its comment. */
function hoverText(directory: string, access: string): string {
  const file = join(directory, 'program.ts');
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) =>
      existsSync(name) ? ts.ScriptSnapshot.fromString(readFileSync(name, 'utf8')) : undefined,
    getCurrentDirectory: () => directory,
    getCompilationSettings: () =>
      ts.convertCompilerOptionsFromJson(SETTINGS.compilerOptions, directory).options,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: existsSync,
    readFile: (name) => readFileSync(name, 'utf8'),
  };
  const service = ts.createLanguageService(host);
  const info = service.getQuickInfoAtPosition(file, PROGRAM.indexOf(access) + access.length - 1);
  return ts.displayPartsToString(info?.documentation);
}
