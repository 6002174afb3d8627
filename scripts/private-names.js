import { readFileSync, readdirSync } from 'node:fs';

const IDENTIFIER = /[A-Za-z_$]\w*/g;
const TERMINAL = 'node_modules/@xterm/xterm';
const TYPES = 'node_modules/typescript/lib';

/**
 * The properties that only the terminal itself uses, which is delivered without short names for them: those that are neither
 * in its types, nor in those of the browser, and that it never has in quotes.
 */
export function privateNames() {
  const source = readFileSync(`${TERMINAL}/lib/xterm.mjs`, 'utf8');
  const known = new Set(readFileSync(`${TERMINAL}/typings/xterm.d.ts`, 'utf8').match(IDENTIFIER));
  for (const file of readdirSync(TYPES))
    if (/^lib\..*d\.ts$/.test(file))
      for (const name of readFileSync(`${TYPES}/${file}`, 'utf8').match(IDENTIFIER) ?? []) known.add(name);
  const isQuoted = (name) => ['"', "'", '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
  const names = new Set([...source.matchAll(/\.([a-z][A-Za-z0-9]{5,})\b/g)].map(([, name]) => name));
  return [...names].filter((name) => !known.has(name) && !isQuoted(name));
}
