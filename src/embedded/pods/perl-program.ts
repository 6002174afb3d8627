import { readFileSync } from 'node:fs';

/** A Perl program of `stage1/` as an argument, since its file may not be there in a pod's mount namespace; without its comments. */
export function perlProgram(name: 'become-app' | 'begin-launch' | 'lock-holder'): string {
  const text = readFileSync(new URL(`../stage1/${name}.pl`, import.meta.url), 'utf8');
  return text.replaceAll(/^\s*#.*\n/gm, '');
}
