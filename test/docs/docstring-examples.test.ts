import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import ts from 'typescript';

/** Each name by which the package is imported, with its declarations. */
const ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(
    (JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, { types?: string }> })
      .exports,
  ).flatMap(([path, { types }]) =>
    types === undefined ? [] : [[`rkt-streams${path.slice(1)}`, join(process.cwd(), types)]],
  ),
);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
  paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, [file]])),
};

interface Documented {
  readonly name: string;
  /** The module that exports it, or its owner. */
  readonly from: string;
  readonly examples: readonly string[];
}

/** Every function that the package exports, and every method of the driver, with the examples of its docstring. */
function documented(): readonly Documented[] {
  const program = ts.createProgram(Object.values(ENTRIES), OPTIONS);
  const checker = program.getTypeChecker();
  return Object.entries(ENTRIES).flatMap(([from, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (source === undefined || module === undefined) throw new Error(`no declarations in ${file}`);
    const typeOf = (symbol: ts.Symbol): ts.Type => checker.getTypeOfSymbolAtLocation(symbol, source);
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const isFunction = (one: ts.Symbol): boolean => typeOf(one).getCallSignatures().length > 0;
      const isDriver = symbol.name === 'Driver' && from === 'rkt-streams';
      const members = isDriver ? checker.getDeclaredTypeOfSymbol(symbol).getProperties() : [symbol];
      return members
        .filter((member) => (member.flags & ts.SymbolFlags.Interface) === 0 && isFunction(member))
        .map((member) => ({
          name: member.name,
          from: isDriver ? 'Driver' : from,
          examples: member
            .getJsDocTags(checker)
            .filter(({ name }) => name === 'example')
            .map(({ text }) => ts.displayPartsToString(text)),
        }));
    });
  });
}

/** What an example may use without saying where it is from. */
function prelude({ from, name }: Documented): string {
  return [
    ...(from === 'Driver' ? [] : [`import { ${name} } from '${from}';`]),
    "import { Registry } from 'prom-client';",
    "import { firstValueFrom } from 'rxjs';",
    "import type * as lib from 'rkt-streams';",
    ...(name === 'createDriver' ? [] : ['declare const driver: lib.Driver;']),
    ...(name === 'recoverTask' ? ['declare const handle: lib.TaskHandle;'] : []),
    'export type Used = [typeof Registry, typeof firstValueFrom, lib.Driver];',
  ].join('\n');
}

/** What the compiler finds in these programs, each with its name. */
function problemsOf(programs: Readonly<Record<string, string>>): readonly string[] {
  const sources = new Map(
    Object.entries(programs).map(([name, code]) => [join(process.cwd(), 'test/docs', `${name}.ts`), code]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const disk = { ...host };
  host.fileExists = (path) => sources.has(path) || disk.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? disk.readFile(path);
  const program = ts.createProgram([...sources.keys()], OPTIONS, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName.split('/').at(-1) ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the examples of docstrings', function () {
  this.timeout(300_000);
  let all: readonly Documented[];
  before(() => {
    all = documented();
  });

  it('are there for every exported function and every method of the driver', () => {
    expect(all.filter(({ from }) => from === 'Driver').length).to.be.greaterThan(25);
    expect(all.map(({ from }) => from)).to.include.members(Object.keys(ENTRIES));
    const without = all.filter(({ examples }) => examples.length === 0);
    expect(without.map(({ from, name }) => `${from} ${name}`)).to.deep.equal([]);
  });

  it('compile against the declarations of the package', () => {
    const programs = all.flatMap((one) =>
      one.examples.map((code, i) => [`${one.name}-${i}`, `${prelude(one)}\n${code}\n`] as const),
    );
    expect(problemsOf(Object.fromEntries(programs))).to.deep.equal([]);
  });

  it('are refused when one is broken', () => {
    const one = { name: 'stopTask', from: 'Driver', examples: [] };
    const broken = { 'broken-0': `${prelude(one)}\nawait driver.stopTask('web', { timeout: 1 });\n` };
    expect(problemsOf(broken).join()).to.match(/broken-0\.ts: .*'timeout' does not exist/s);
  });
});
