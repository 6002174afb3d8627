// The Node.js that a package brings along: the one that runs the script.
import { chmod, copyFile } from 'node:fs/promises';

/** @throws Error for a Node.js that needs libraries of its own, as that of Debian */
export async function copyNode(to) {
  const shared = Object.entries(process.config.variables).find(
    ([name, value]) => /^node_shared/.test(name) && String(value) === 'true',
  );
  if (shared !== undefined) {
    throw new Error(
      `${process.execPath} needs libraries beside it (${shared[0]}). Use a Node.js from nodejs.org or NodeSource.`,
    );
  }
  await copyFile(process.execPath, to);
  await chmod(to, 0o755);
}
