// tsc leaves everything but TypeScript behind: the shell scripts that run beside a pod and the .proto files go along here.
import { cp } from 'node:fs/promises';

const isAssetOrFolder = (path) => !/\.[a-z]+$/.test(path) || /\.(sh|proto)$/.test(path);
await cp('src', 'dist', { recursive: true, filter: isAssetOrFolder });
