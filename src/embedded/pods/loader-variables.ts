/**
 * Variables by which the dynamic loader or libc loads files, writes files or changes what a program does: those that glibc
 * drops for set-user-ID programs, and musl's. TMPDIR is left out, as the tools that start an app make no temporary file.
 */
const NAMES: ReadonlySet<string> = new Set([
  'GCONV_PATH',
  'GETCONF_DIR',
  'GLIBC_TUNABLES',
  'HOSTALIASES',
  'LIBC_FATAL_STDERR_',
  'LOCALDOMAIN',
  'LOCPATH',
  'MUSL_LOCPATH',
  'NIS_PATH',
  'NLSPATH',
  'RESOLV_HOST_CONF',
  'RES_OPTIONS',
  'TZDIR',
]);
const PREFIXES: readonly string[] = ['LD_', 'LDR_', 'MALLOC_'];

/** Whether a variable must not be in the environment of a program that runs with more rights than the app. */
export function isLoaderVariable(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
