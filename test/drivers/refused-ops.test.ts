import { expect } from 'chai';

import { refusedOps } from '../../src/drivers/refused-ops.ts';
import { DRIVER_OPS } from '../../src/model/driver-ops.ts';
import { isRktError } from '../../src/model/rkt-error.ts';

describe('refusedOps', () => {
  it('refuses each op by its name and the kind of driver', async () => {
    const ops = refusedOps('recorded');
    expect(Object.keys(ops).sort()).to.deep.equal([...DRIVER_OPS].sort());
    for (const name of DRIVER_OPS) {
      const call = ops[name] as () => unknown;
      const error = await Promise.resolve()
        .then(call)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(isRktError(error, 'RKT_ERR_UNSUPPORTED')).to.equal(true);
      expect((error as Error).message).to.match(new RegExp(`^A recorded driver has no ${name}\\.`));
    }
  });
});
