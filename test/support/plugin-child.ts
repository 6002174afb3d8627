import { setTimeout as delay } from 'node:timers/promises';

import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';

import type { Logger } from '../../src/model/logger.ts';
import { servePlugin, type DriverServices, type HclogLevel } from '../../src/nomad/index.ts';

/** A plugin with a driver that only says what the tests want to hear, reported by the request's `task_id`. */
interface TaskRequest {
  readonly task_id: string;
  readonly signal: string;
}

const DEEDS: Readonly<Record<string, (logger: Logger, text: string) => void>> = {
  print: (_logger, text) => console.log(text),
  log: (logger, text) =>
    logger.info({ task: 'web', '@level': 1, '@message': 2, error: new Error('no') }, text),
  flood: (logger, text) => logger.warn({ long: text.repeat(100_000), short: 'kept' }, text.repeat(100_000)),
  crash: (_logger, text) => void delay(0).then(() => Promise.reject(new Error(text))),
};

function services(logger: Logger): DriverServices {
  return {
    base: {
      PluginInfo: (_call: unknown, answer: sendUnaryData<object>) =>
        answer(null, {
          type: 'DRIVER',
          name: 'rkt',
          plugin_version: '0.1.0',
          plugin_api_versions: ['v0.1.0'],
        }),
      SetConfig: (
        { request }: ServerUnaryCall<{ msgpack_config: Buffer }, object>,
        answer: sendUnaryData<object>,
      ) => {
        logger.info({ bytes: request.msgpack_config.length }, 'configured');
        answer(null, {});
      },
    },
    driver: {
      Fingerprint: (call: ServerWritableStream<object, object>) => {
        call.write({ health: 'HEALTHY', health_description: 'Healthy' });
      },
      SignalTask: ({ request }: ServerUnaryCall<TaskRequest, object>, answer: sendUnaryData<object>) => {
        DEEDS[request.task_id]?.(logger, request.signal);
        answer(null, {});
      },
      WaitTask: () => undefined,
    },
    close: () => {
      logger.info({}, 'closed');
      return process.env['TEST_CLOSE'] === 'never' ? new Promise(() => undefined) : Promise.resolve();
    },
  };
}

const logLevel = process.argv[2] as HclogLevel | undefined;
const code = await servePlugin({
  ...(logLevel !== undefined && { logLevel }),
  loadServices: (logger) =>
    process.env['TEST_LOAD'] === 'fail'
      ? Promise.reject(new Error('no driver'))
      : Promise.resolve(services(logger)),
});
process.exit(code);
