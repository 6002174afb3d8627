// Bundles what runs in a browser, with all it imports, into one script, one for the terminal, and one file of styles; `npm run typecheck` has checked its types.
import { rm } from 'node:fs/promises';

import { build } from 'esbuild';

import { privateNames } from './private-names.js';

// Parts of an earlier build have names of their own, and would stay.
await rm('dist/server/web/chunks', { recursive: true, force: true });
await build({
  entryPoints: [
    { in: 'src/server/web/main.ts', out: 'main' },
    { in: 'src/server/web/styles.css', out: 'main' },
  ],
  outdir: 'dist/server/web',
  // The terminal is loaded when it is opened.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // Private properties of libraries: an eighth of the terminal.
  mangleProps: new RegExp(`^(_[a-zA-Z]\\w*|${privateNames().join('|')})$`),
  // A library's warnings for developers.
  drop: ['console'],
  // The licences are beside the scripts.
  legalComments: 'linked',
  sourcemap: true,
});
