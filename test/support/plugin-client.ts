import {
  Channel,
  Client,
  credentials,
  makeGenericClientConstructor,
  type CallOptions,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';

import type { HealthDefinition } from '../../src/nomad/generated/grpc/health/v1/Health.ts';
import type { BasePluginDefinition } from '../../src/nomad/generated/hashicorp/nomad/plugins/base/proto/BasePlugin.ts';
import type { DriverDefinition } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import type { GRPCBrokerDefinition } from '../../src/nomad/generated/plugin/GRPCBroker.ts';
import type { GRPCControllerDefinition } from '../../src/nomad/generated/plugin/GRPCController.ts';
import type { GRPCStdioDefinition } from '../../src/nomad/generated/plugin/GRPCStdio.ts';
import { serviceDefinition } from '../../src/nomad/protos.ts';

/** The names of the methods, without the index signature beside them. */
type MethodOf<D> = keyof { [K in keyof D as string extends K ? never : number extends K ? never : K]: D[K] } &
  string;
type RequestOf<D, K extends keyof D> =
  D[K] extends MethodDefinition<infer Q, infer _R, infer _Q, infer _S> ? Q : never;
type ResponseOf<D, K extends keyof D> =
  D[K] extends MethodDefinition<infer _Q, infer _R, infer _P, infer S> ? S : never;

/** What a stream of the plugin says. Iterating over it ends with the stream, or throws its error. */
export interface ResponseStream<Response> extends AsyncIterable<Response> {
  /** The next message; rejects when the stream has ended. */
  next(): Promise<Response>;
  cancel(): void;
  /** How the stream ended; code 0 is OK, 1 is cancelled. */
  readonly ended: Promise<StatusObject>;
}

export interface DuplexStream<Request, Response> extends ResponseStream<Response> {
  write(request: Request): void;
  end(): void;
}

/** A service of the plugin, as the host calls it. Errors are those of grpc-js: `code`, `details`, `metadata`. */
export interface ServiceClient<D> {
  unary<K extends MethodOf<D>>(
    method: K,
    request: RequestOf<D, K>,
    options?: UnaryOptions,
  ): Promise<ResponseOf<D, K>>;
  stream<K extends MethodOf<D>>(method: K, request: RequestOf<D, K>): ResponseStream<ResponseOf<D, K>>;
  duplex<K extends MethodOf<D>>(method: K): DuplexStream<RequestOf<D, K>, ResponseOf<D, K>>;
}

export interface UnaryOptions extends CallOptions {
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

/** One connection to a plugin, with all its services. */
export interface PluginClient {
  readonly base: ServiceClient<BasePluginDefinition>;
  readonly driver: ServiceClient<DriverDefinition>;
  readonly controller: ServiceClient<GRPCControllerDefinition>;
  readonly broker: ServiceClient<GRPCBrokerDefinition>;
  readonly stdio: ServiceClient<GRPCStdioDefinition>;
  readonly health: ServiceClient<HealthDefinition>;
  /** Sends bytes to a method, and gives the error that comes back. */
  raw(path: string, bytes: Buffer): Promise<ServiceError | null>;
  close(): void;
}

/** Connects to the socket of a plugin, as a host does after the handshake or when it finds the plugin again. */
export function connectPlugin(
  socket: string,
  channelCredentials: ChannelCredentials = credentials.createInsecure(),
): PluginClient {
  const channel = new Channel(`unix:${socket}`, channelCredentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.use_local_subchannel_pool': 1,
  });
  // A stream that is still open keeps this process alive, whatever becomes of its connection.
  const open = new Set<OpenCall>();
  const connection = { channel, open };
  return {
    base: serviceClient(connection, 'hashicorp.nomad.plugins.base.proto.BasePlugin'),
    driver: serviceClient(connection, 'hashicorp.nomad.plugins.drivers.proto.Driver'),
    controller: serviceClient(connection, 'plugin.GRPCController'),
    broker: serviceClient(connection, 'plugin.GRPCBroker'),
    stdio: serviceClient(connection, 'plugin.GRPCStdio'),
    health: serviceClient(connection, 'grpc.health.v1.Health'),
    raw: (path, bytes) => {
      const same = (buffer: Buffer): Buffer => buffer;
      const client = new Client(channel.getTarget(), credentials.createInsecure(), {
        channelOverride: channel,
      });
      return new Promise((resolve) => void client.makeUnaryRequest(path, same, same, bytes, resolve));
    },
    close() {
      for (const call of open) call.cancel();
      channel.close();
    },
  };
}

/** The methods that grpc-js makes of a definition, without their types. */
type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

interface OpenCall {
  cancel(): void;
}
interface Connection {
  readonly channel: Channel;
  readonly open: Set<OpenCall>;
}

function serviceClient<D>({ channel, open }: Connection, name: string): ServiceClient<D> {
  const methods = methodsOf(channel, name, serviceDefinition(name));
  return {
    unary: (method, request, { signal, ...options } = {}) =>
      new Promise((resolve, reject) => {
        const answer = (error: ServiceError | null, response: ResponseOf<D, typeof method>): void => {
          if (error === null) resolve(response);
          else reject(error);
        };
        const call = methods[method]?.(request, options, answer) as { cancel(): void };
        signal?.addEventListener('abort', () => call.cancel());
      }),
    stream: (method, request) =>
      responses(open, methods[method]?.(request) as ClientReadableStream<ResponseOf<D, typeof method>>),
    duplex: (method) => {
      const call = methods[method]?.() as ClientDuplexStream<
        RequestOf<D, typeof method>,
        ResponseOf<D, typeof method>
      >;
      return { ...responses(open, call), write: (request) => call.write(request), end: () => call.end() };
    },
  };
}

function methodsOf(channel: Channel, name: string, definition: ServiceDefinition): Methods {
  const Constructor = makeGenericClientConstructor(definition, name);
  const client = new Constructor(channel.getTarget(), credentials.createInsecure(), {
    channelOverride: channel,
  });
  const bound = Object.keys(definition).map((method) => {
    const call = client[method] as ((...args: readonly unknown[]) => unknown) | undefined;
    return [method, call?.bind(client)];
  });
  return Object.fromEntries(bound) as Methods;
}

function responses<Response>(
  open: Set<OpenCall>,
  call: ClientReadableStream<Response> | ClientDuplexStream<never, Response>,
): ResponseStream<Response> {
  open.add(call);
  const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
  call.on('status', () => open.delete(call));
  call.on('error', () => undefined);
  const iterator = call[Symbol.asyncIterator]() as AsyncIterator<Response, undefined>;
  return {
    ended,
    cancel: () => call.cancel(),
    async next() {
      const { done, value } = await iterator.next();
      if (done === true) throw new Error('the stream has ended');
      return value;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
}
