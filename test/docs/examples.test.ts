import { readFileSync, readdirSync } from 'node:fs';

import { expect } from 'chai';
import ts from 'typescript';

const PAGES = [
  'README.md',
  'docs/library.md',
  'docs/metrics.md',
  'docs/recordings.md',
  'docs/drivers-fleet.md',
  'docs/server.md',
  'docs/drivers-remote.md',
  ...readdirSync('docs/recipes').map((name) => `docs/recipes/${name}`),
];

/** The TypeScript of a page, one module for each block. */
function examplesOf(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
}

describe('the examples of the documentation', () => {
  const examples = PAGES.flatMap((page) =>
    examplesOf(page).map((code, index) => ({
      file: `${process.cwd()}/test/docs/${page.replaceAll('/', '-')}-${index}.ts`,
      code,
    })),
  );

  it('are there', () => {
    expect(examples.length).to.be.greaterThan(3);
  });

  it('are right by their types', function () {
    this.timeout(300_000);
    const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8')) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        ...config.compilerOptions,
        paths: {
          'rkt-streams': [`${process.cwd()}/src/index.ts`],
          'rkt-streams/client': [`${process.cwd()}/src/drivers/remote/index.ts`],
          'rkt-streams/fleet': [`${process.cwd()}/src/drivers/fleet/index.ts`],
          'rkt-streams/contract': [`${process.cwd()}/src/contract/index.ts`],
          'rkt-streams/nomad': [`${process.cwd()}/src/nomad/index.ts`],
          'rkt-streams/otlp': [`${process.cwd()}/src/exporters/otlp/index.ts`],
          'rkt-streams/prometheus': [`${process.cwd()}/src/exporters/prometheus/index.ts`],
          'rkt-streams/recorded': [`${process.cwd()}/src/drivers/recorded/index.ts`],
          'rkt-streams/server': [`${process.cwd()}/src/server/index.ts`],
        },
      },
      process.cwd(),
    );
    const host = ts.createCompilerHost(options);
    const sources = new Map(examples.map(({ file, code }) => [file, code]));
    const disk = { ...host };
    host.fileExists = (path) => sources.has(path) || disk.fileExists(path);
    host.readFile = (path) => sources.get(path) ?? disk.readFile(path);
    const program = ts.createProgram([...sources.keys()], options, host);
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(
        ({ file, messageText }) =>
          `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      );
    expect(problems).to.deep.equal([]);
  });
});
