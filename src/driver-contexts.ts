import type { Subscription } from 'rxjs';

import type { Configuration } from './ops/configuration.ts';
import { createOpsContext, type ContextDeps } from './ops/create-context.ts';
import { finishDestroys } from './ops/finish-destroy.ts';
import { holdNamespaces } from './ops/hold-namespaces.ts';
import { limitLogs } from './ops/limit-logs.ts';
import type { OpsContext } from './ops/ops-context.ts';
import { watchExits } from './ops/watch-exits.ts';

/** The context of a driver's ops, created at the first use. What failed for lack of something may succeed the next time. */
export interface DriverContexts {
  /** The context alone: nothing is watched, and what an earlier driver left is not touched. */
  readonly bare: () => Promise<OpsContext>;
  /** The context, with exits watched, logs limited and the destroys of an earlier driver being finished. */
  readonly watching: () => Promise<OpsContext>;
  /** Ends what is watched. */
  readonly close: () => Promise<void>;
}

export interface DriverContextsDeps extends Omit<ContextDeps, 'settings'> {
  readonly config: Configuration;
}

export function createDriverContexts({ config, ...deps }: DriverContextsDeps): DriverContexts {
  const { logger, shutdown } = deps;
  let bound: Promise<OpsContext> | undefined;
  let opened: Promise<{ ctx: OpsContext; watches: Subscription }> | undefined;

  const bare = (): Promise<OpsContext> => {
    bound ??= createOpsContext({ ...deps, settings: config.settings() });
    bound.catch(() => (bound = undefined));
    return bound;
  };
  const watching = async (): Promise<OpsContext> => {
    shutdown.throwIfAborted();
    opened ??= bare().then((ctx) => {
      void finishDestroys(ctx).catch((error: unknown) =>
        logger.warn({ error }, 'Could not finish the destroys of an earlier driver'),
      );
      return { ctx, watches: watch(ctx) };
    });
    opened.catch(() => (opened = undefined));
    return (await opened).ctx;
  };
  const close = async (): Promise<void> => (await opened)?.watches.unsubscribe();
  return { bare, watching, close };
}

function watch(ctx: OpsContext): Subscription {
  const watches = watchExits(ctx);
  watches.add(limitLogs(ctx));
  watches.add(holdNamespaces(ctx));
  return watches;
}
