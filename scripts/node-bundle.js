/** The options of esbuild for programs and libraries that Node.js runs. */
export const NODE_BUNDLE = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Stack traces and the names of errors stay readable.
  minifySyntax: true,
  minifyWhitespace: true,
  // CommonJS packages in the bundle require Node's modules.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
};
