import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { expect } from 'chai';

const FOLDER = new URL('../../../dist/server/web/', import.meta.url);
const scripts = (folder: URL): URL[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => new URL(name, folder));
const compressed = (files: readonly URL[]): number =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);

describe('the scripts of the dashboard', () => {
  it('are at most 150 kB compressed, of which at most 68 kB are loaded with the page', () => {
    const main = new URL('main.js', FOLDER);
    const imported = [...readFileSync(main, 'utf8').matchAll(/from\s*"\.\/(chunks\/[^"]+)"/g)];
    const first = [main, ...imported.map(([, name = '']) => new URL(name, FOLDER))];
    expect(compressed(first)).to.be.within(1_000, 68_000);
    expect(compressed([...scripts(FOLDER), ...scripts(new URL('chunks/', FOLDER))])).to.be.below(150_000);
  });
});
