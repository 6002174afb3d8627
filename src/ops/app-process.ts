import type { ProcessId } from '../model/process-id.ts';
import { readKernelFile } from '../sources/kernel-file.ts';
import { identify, processTree } from '../sources/process-info.ts';

/** How the embedded rkt names the init that it puts before the app of an isolated pod. */
const INIT = '/dev/.rkt-init\0';

/**
 * The process that the signals of a task are for.
 *
 * In an isolated pod the process of a task is an init, which passes on most signals, but not all: SIGSTOP would stop the init
 * alone. Its app is its first child, whose end ends the pod; orphans that the init adopts later have higher pids in the pod's
 * pid namespace. Everywhere else the two are the same.
 */
export async function appProcess(process: ProcessId): Promise<ProcessId> {
  const { pid } = process;
  if (readKernelFile(`/proc/${pid}/cmdline`)?.startsWith(INIT) !== true) return process;
  let app: { readonly pid: number; readonly inner: number } | undefined;
  for (const candidate of await processTree(pid)) {
    const inner = innerPid(candidate, pid);
    if (inner !== undefined && inner < (app?.inner ?? Infinity)) app = { pid: candidate, inner };
  }
  return (app === undefined ? undefined : await identify(app.pid)) ?? process;
}

/** The pid in its own pid namespace of a child of this parent. */
function innerPid(pid: number, parent: number): number | undefined {
  const status = readKernelFile(`/proc/${pid}/status`) ?? '';
  if (!status.includes(`\nPPid:\t${parent}\n`)) return undefined;
  const inner = /^NSpid:.*\s(\d+)$/m.exec(status)?.[1];
  return inner === undefined ? undefined : Number(inner);
}
