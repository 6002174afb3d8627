import { expect } from 'chai';

import { findTask } from '../../src/cli/find-task.ts';
import { newTaskRecord } from '../../src/registry/task-record.ts';
import { taskStatus } from '../../src/registry/to-task-status.ts';
import { expectRktError } from '../support/errors.ts';
import { aNewTask } from '../support/task-specs.ts';

const task = (id: string, name: string) => taskStatus(newTaskRecord({ ...aNewTask(id), name }));
const TASKS = [
  task('web-1a', 'web'),
  task('web-2b', 'web'),
  task('db-1', 'db'),
  task('db', 'other'),
  task('x', 'queue'),
];

describe('findTask', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['web-1a', 'web-1a'],
    ['web-2', 'web-2b'],
    ['db', 'db'],
    ['db-', 'db-1'],
    ['queue', 'x'],
    ['que', 'x'],
    ['oth', 'db'],
  ];
  rows.forEach(([wanted, id]) => {
    it(`takes ${wanted} for ${id}`, () => {
      expect(findTask(TASKS, wanted).id).to.equal(id);
    });
  });

  it('refuses a name or a beginning that several tasks have, and lists them', () => {
    for (const wanted of ['web', 'we']) {
      const { message } = expectRktError(() => findTask(TASKS, wanted), 'RKT_ERR_TASK_NOT_FOUND');
      expect(message).to.include(`"${wanted}" can be any of web-1a, web-2b`);
    }
  });

  it('refuses what no task has, and nothing at all', () => {
    expectRktError(() => findTask(TASKS, 'nope'), 'RKT_ERR_TASK_NOT_FOUND');
    expectRktError(() => findTask([task('x', 'x')], ''), 'RKT_ERR_TASK_NOT_FOUND');
  });
});
