import { expect } from 'chai';
import { BehaviorSubject, Subject } from 'rxjs';

import type { TaskEvent, TaskStatsSample, TaskStatus } from '../../../src/index.ts';
import { parseAlertConfig } from '../../../src/server/alerts/alert-rules.ts';
import { createAlerts } from '../../../src/server/alerts/alerts.ts';
import { anExit } from '../../support/task-events.ts';

describe('createAlerts', () => {
  const open = () => {
    const samplesSubject = new Subject<readonly TaskStatsSample[]>();
    const eventsSubject = new Subject<TaskEvent>();
    const tasksSubject = new Subject<readonly TaskStatus[]>();
    const configSubject = new BehaviorSubject(parseAlertConfig(undefined));
    const intervals: (number | undefined)[] = [];
    const errors: string[] = [];
    const nothing = (): void => undefined;
    const alerts = createAlerts(
      {
        allTaskStats: (options) => {
          intervals.push(options?.intervalMs);
          return samplesSubject;
        },
        taskEvents: () => eventsSubject,
        tasks: () => tasksSubject,
      },
      {
        config$: configSubject,
        logger: { debug: nothing, info: nothing, warn: nothing, error: (_, message) => errors.push(message) },
      },
    );
    const reported: string[] = [];
    alerts.alerts$.subscribe({
      next: ({ taskId, rule, state }) => reported.push(`${taskId} ${rule} ${state}`),
      complete: () => reported.push('complete'),
    });
    const crash = (taskId: string) => eventsSubject.next(anExit(taskId, { exitCode: 1 }));
    return {
      samplesSubject,
      eventsSubject,
      tasksSubject,
      configSubject,
      intervals,
      errors,
      alerts,
      reported,
      crash,
    };
  };

  it('follows events, samples and the list of tasks', () => {
    const { alerts, reported, crash, tasksSubject, samplesSubject } = open();
    crash('job');
    const memory = { workingSetBytes: 95, limitBytes: 100 };
    for (const timestampMs of [1_000, 6_000])
      samplesSubject.next([{ taskId: 'web', usage: { timestampMs, source: 'cgroup-v2', cpu: {}, memory } }]);
    expect(alerts.active().map(({ taskId }) => taskId)).to.deep.equal(['job', 'web']);
    tasksSubject.next([{ id: 'web' } as TaskStatus]);
    expect(reported).to.deep.equal(['job crash raised', 'web memory raised', 'job crash cleared']);
  });

  it('ends the alerts of old rules and samples as often as new ones say', () => {
    const { alerts, reported, crash, configSubject, intervals } = open();
    crash('job');
    configSubject.next(parseAlertConfig({ intervalMs: 500, rules: [{ name: 'oom', on: 'oom' }] }));
    crash('web');
    expect(reported).to.deep.equal(['job crash raised', 'job crash cleared']);
    expect(alerts.active()).to.deep.equal([]);
    expect(intervals).to.deep.equal([5_000, 500]);
  });

  it('completes when the driver is shut down', () => {
    const { reported, ...subjects } = open();
    [subjects.samplesSubject, subjects.eventsSubject, subjects.tasksSubject].forEach((s) => s.complete());
    subjects.configSubject.complete();
    expect(reported).to.deep.equal(['complete']);
  });

  it('completes, and says why in the log, when a stream failed', () => {
    const { reported, errors, tasksSubject } = open();
    tasksSubject.error(new Error('broken'));
    expect(reported).to.deep.equal(['complete']);
    expect(errors).to.deep.equal(['alerts are no longer evaluated']);
  });

  it('leaves every stream when it is closed', () => {
    const { alerts, reported, ...subjects } = open();
    alerts.close();
    const all = [
      subjects.samplesSubject,
      subjects.eventsSubject,
      subjects.tasksSubject,
      subjects.configSubject,
    ];
    expect(all.some(({ observed }) => observed)).to.equal(false);
    expect(reported).to.deep.equal(['complete']);
  });
});
