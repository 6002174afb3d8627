// The reference of the library: every subpath that package.json exports.
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'rkt-streams',
  entryPoints: Object.values(exports)
    .map(({ types }) => types)
    .filter((types) => types !== undefined)
    .map((types) => types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
  tsconfig: 'tsconfig.build.json',
  out: 'api-reference',
  readme: 'none',
  excludeInternal: true,
  disableSources: true,
  treatWarningsAsErrors: true,
  // A type of one subpath may name another's; links must lead somewhere.
  validation: { notExported: false, invalidLink: true, notDocumented: false },
};
