// tsc leaves everything but TypeScript behind: the shell scripts that run beside a pod go along here.
import { cp } from 'node:fs/promises';

const isShellOrFolder = (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.sh');
await cp('src', 'dist', { recursive: true, filter: isShellOrFolder });
