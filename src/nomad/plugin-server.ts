import {
  Server,
  ServerCredentials,
  setLogger,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

import type { Logger } from '../model/logger.ts';
import { brokerService } from './broker-service.ts';
import { controllerService } from './controller-service.ts';
import { deferredService } from './deferred-service.ts';
import { handshakeLine, type Invitation } from './handshake.ts';
import { healthService } from './health-service.ts';
import { serviceDefinition } from './protos.ts';
import { newSocketPath, protectSocket, removeSocket } from './socket.ts';
import { stdioService } from './stdio-service.ts';

/** The two services of a task driver. */
export interface DriverServices {
  readonly base: UntypedServiceImplementation;
  readonly driver: UntypedServiceImplementation;
  /** Ends streams and waits; tasks go on running. */
  close(): Promise<void>;
}

export interface PluginServerOptions {
  readonly invitation: Invitation;
  readonly logger: Logger;
  /** Called with each call of a driver service; the first call may have to wait for it. */
  readonly services: () => Promise<Pick<DriverServices, 'base' | 'driver'>>;
  /** The host requests the exit of the plugin; its call is answered. */
  readonly onShutdown: () => void;
}

export interface PluginServer {
  /** The line for stdout. */
  readonly handshake: string;
  readonly socket: string;
  /** Breaks off what is still open and removes the socket. */
  close(): void;
}

/** Nomad sets no limit of its own below 2 GiB, and a task's configuration can be large. */
const LIMITS = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.enable_channelz': 0,
};

/** Registers all services of a plugin and listens on a unix socket. Only then is there a handshake to be printed. */
export async function startPluginServer(options: PluginServerOptions): Promise<PluginServer> {
  const { invitation, logger } = options;
  const log = (...words: readonly unknown[]): void => logger.debug({ library: 'grpc' }, words.join(' '));
  setLogger({ error: log, info: log, debug: log });
  const tls = await tlsOf(invitation);
  const server = new Server(LIMITS);
  addServices(server, options);
  const socket = newSocketPath(invitation.socketDir);
  try {
    await listen(server, socket, tls?.credentials ?? ServerCredentials.createInsecure());
    await protectSocket(socket, invitation.socketGroup);
  } catch (error) {
    server.forceShutdown();
    removeSocket(socket);
    throw error;
  }
  return {
    handshake: handshakeLine(invitation, socket, tls?.certificate),
    socket,
    close() {
      server.forceShutdown();
      removeSocket(socket);
    },
  };
}

async function tlsOf({ clientCert }: Invitation) {
  if (clientCert === undefined) return undefined;
  const { createPluginTls } = await import('./tls.ts');
  return createPluginTls(clientCert);
}

function addServices(server: Server, options: PluginServerOptions): void {
  const { logger } = options;
  let isEnding = false;
  const services = (): ReturnType<typeof options.services> =>
    isEnding ? Promise.reject(new EndingError()) : options.services();
  const onShutdown = (): void => {
    isEnding = true;
    options.onShutdown();
  };
  const base = serviceDefinition('hashicorp.nomad.plugins.base.proto.BasePlugin');
  const driver = serviceDefinition('hashicorp.nomad.plugins.drivers.proto.Driver');
  server.addService(
    base,
    deferredService(base, async () => (await services()).base),
  );
  server.addService(
    driver,
    deferredService(driver, async () => (await services()).driver),
  );
  server.addService(serviceDefinition('plugin.GRPCController'), controllerService(onShutdown));
  server.addService(serviceDefinition('plugin.GRPCBroker'), brokerService(logger));
  server.addService(serviceDefinition('plugin.GRPCStdio'), stdioService());
  server.addService(serviceDefinition('grpc.health.v1.Health'), healthService());
}

/** The code by which a host recognises that the plugin, and not the call, has failed. */
class EndingError extends Error {
  readonly code = status.UNAVAILABLE;
  override readonly message = 'The plugin was requested to shut down';
}

/** The socket is created with access only for this user, before its mode can be set. */
async function listen(server: Server, socket: string, credentials: ServerCredentials): Promise<void> {
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${socket}`, credentials, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  } finally {
    process.umask(umask);
  }
}
