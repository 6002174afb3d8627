// Bundles what runs in a browser, with all it imports, into one script; `npm run typecheck` has checked its types.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/server/web/main.ts'],
  outfile: 'dist/server/web/main.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
});
