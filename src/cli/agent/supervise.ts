import { NEVER, asyncScheduler, of, switchMap, take, tap, type Observable } from 'rxjs';

import type { Server } from '../../server/index.ts';
import type { ServiceManager } from './service-manager.ts';
import { signsOfLife, type Progress } from './signs-of-life.ts';

/** What a service manager learns about an agent. */
export interface Supervised {
  readonly server: Pick<Server, 'url' | 'socketPath'>;
  /** What the sampler has done; absent when the agent samples nothing itself. */
  readonly progress?: () => Observable<Progress>;
  /** The health of the driver in words. The agent is ready when it is known. */
  readonly health?: () => Observable<string>;
}

/** An agent under a service manager. */
export interface Supervision {
  /** Sends the last message. */
  readonly stop: () => Promise<void>;
  /** Reloads between the messages that the agent reloads and that it is ready again. */
  readonly reload: (reload: () => void) => void;
}

const WITHOUT_MANAGER: Supervision = { stop: () => Promise.resolve(), reload: (reload) => reload() };

/**
 * Reports that an agent is ready, as soon as its health is known, and then regularly that it lives. Without a service manager it
 * does nothing.
 */
export function supervise(
  manager: ServiceManager | undefined,
  { server, progress = () => of({ tasks: 0, ticks: 0 }), health = () => of('') }: Supervised,
): Supervision {
  if (manager === undefined) return WITHOUT_MANAGER;
  const { watchdogMs } = manager;
  const places = [server.url, server.socketPath].filter((place) => place !== undefined).join(' and ');
  let status: string | undefined;
  const alive$ = health().pipe(
    take(1),
    tap((text) => {
      status = [`serving ${places}`, text].filter((part) => part !== '').join('; ');
      void manager.ready(status);
    }),
    switchMap(() =>
      watchdogMs === undefined ? NEVER : signsOfLife(progress, watchdogMs / 2, asyncScheduler),
    ),
  );
  const subscription = alive$.subscribe({
    next: ({ tasks }) => void manager.alive(`${status ?? ''}; tasks running: ${tasks}`),
    // At shutdown; without signs of life the service manager restarts the agent.
    error: () => undefined,
  });
  return {
    async stop() {
      subscription.unsubscribe();
      await manager.stopping();
    },
    reload(reload) {
      if (status === undefined) {
        reload();
        return;
      }
      void manager.reloading();
      reload();
      void manager.ready(status);
    },
  };
}
