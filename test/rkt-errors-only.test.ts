import { expect } from 'chai';
import { firstValueFrom, throwError } from 'rxjs';

import { createDriver, type Driver } from '../src/index.ts';
import { RktError } from '../src/model/rkt-error.ts';
import { rktErrorsOnly } from '../src/rkt-errors-only.ts';
import { expectRktRejection } from './support/errors.ts';

/** A driver of which every op and stream fails with this. */
function failing(error: unknown): Driver {
  const driver = createDriver();
  const failed = Object.fromEntries(
    Object.entries(driver).map(([name, member]) => {
      const isOp = /^(?:start|stop|destroy|signal|exec|recover)Task|^recoverTasks$|^shutdown$/.test(name);
      const isStream =
        /^(?:fingerprint|taskEvents|taskStats|allTaskStats|waitTask|tasks|pods|hostStats|samplingStats|followTasks)$/.test(
          name,
        );
      if (isOp) return [name, () => firstValueFrom(throwError(() => error))];
      return [name, isStream ? () => throwError(() => error) : (member as unknown)];
    }),
  );
  return rktErrorsOnly({ ...driver, ...failed });
}

const calls = (driver: Driver): readonly Promise<unknown>[] => [
  driver.startTask({ id: 'one', config: { image: 'example.com/app' } }),
  driver.stopTask('one'),
  driver.destroyTask('one'),
  driver.signalTask('one', 'SIGTERM'),
  driver.execTask('one', ['true']),
  driver.execTaskStreaming('one', { cmd: ['true'] }),
  driver.recoverTasks(),
  driver.shutdown(),
  ...[
    driver.fingerprint(),
    driver.taskEvents(),
    driver.taskStats('one'),
    driver.allTaskStats(),
    driver.waitTask('one'),
    driver.tasks(),
    driver.pods(),
    driver.hostStats(),
    driver.samplingStats(),
    driver.followTasks(),
  ].map((stream$) => firstValueFrom<unknown>(stream$)),
];

describe('rktErrorsOnly', () => {
  it('gives what has run out a code of its own, and names what was done', async () => {
    const raw = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    for (const call of calls(failing(raw))) {
      const error = await expectRktRejection(call, 'RKT_ERR_RESOURCES');
      expect(error.message).to.match(/^\w+ failed: EMFILE: too many open files/);
      expect(error.cause).to.equal(raw);
    }
  });

  it('lets no raw error out, whatever was thrown', async () => {
    for (const raw of [new TypeError('x is no function'), 'a string', undefined]) {
      for (const call of calls(failing(raw))) await expectRktRejection(call, 'RKT_ERR_UNEXPECTED');
    }
  });

  it('passes on the errors of the library as they are', async () => {
    const known = new RktError('RKT_ERR_STOP', 'It did not end');
    for (const call of calls(failing(known))) {
      expect(await expectRktRejection(call, 'RKT_ERR_STOP')).to.equal(known);
    }
  });
});
