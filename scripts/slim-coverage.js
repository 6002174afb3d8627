import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = new URL('../src/', import.meta.url).href;
/** What was built of them, one file each, with a map. */
const BUILT = new URL('../dist/', import.meta.url).href;

/**
 * Leaves of the coverage that all processes of the tests have written only what is about sources. Nine tenths are about Node.js,
 * the build and libraries, and the report would hold all of it in memory at once.
 */
export function slimCoverage(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const coverage = parse(readFileSync(path, 'utf8'));
    const maps = coverage['source-map-cache'] ?? {};
    const result = coverage.result.filter(
      ({ url }) => url.startsWith(SOURCES) || (url.startsWith(BUILT) && url in maps),
    );
    if (result.length === 0) {
      rmSync(path);
      continue;
    }
    const urls = new Set(result.map(({ url }) => url));
    const kept = Object.fromEntries(Object.entries(maps).filter(([url]) => urls.has(url)));
    writeFileSync(path, JSON.stringify({ result, 'source-map-cache': kept }));
  }
}

/** A process that was killed while it wrote has left half a file. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { result: [] };
  }
}
