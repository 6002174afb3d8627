// tsc leaves everything but TypeScript behind: the scripts that run beside a pod, the .proto files and what a browser reads go along here.
import { cp } from 'node:fs/promises';

const isAssetOrFolder = (path) => !/\.[a-z]+$/.test(path) || /\.(sh|pl|proto|html|css|svg)$/.test(path);
await cp('src', 'dist', { recursive: true, filter: isAssetOrFolder });
