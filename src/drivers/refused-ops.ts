import type { Driver } from '../driver-interface.ts';
import { unsupportedOp, type DriverOp } from '../model/driver-ops.ts';

/**
 * Every op, refused with RKT_ERR_UNSUPPORTED: the base of a driver that has only some of them, or none.
 *
 * @param kind as in `capabilities().kind`
 */
export function refusedOps(kind: string): Pick<Driver, DriverOp> {
  const reject = (op: DriverOp) => (): Promise<never> => Promise.reject(unsupportedOp(op, kind));
  const refuse = (op: DriverOp) => (): never => {
    throw unsupportedOp(op, kind);
  };
  return {
    startTask: reject('startTask'),
    stopTask: reject('stopTask'),
    restartTask: reject('restartTask'),
    destroyTask: reject('destroyTask'),
    signalTask: reject('signalTask'),
    execTask: reject('execTask'),
    execTaskStreaming: reject('execTaskStreaming'),
    recoverTask: reject('recoverTask'),
    describeTask: reject('describeTask'),
    readTaskLog: reject('readTaskLog'),
    audit: reject('audit'),
    lockAgent: reject('lockAgent'),
    taskSpec: refuse('taskSpec'),
    config: refuse('config'),
    setConfig: refuse('setConfig'),
  };
}
