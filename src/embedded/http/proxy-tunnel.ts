import {
  request as plainRequest,
  type ClientRequest,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Proxy } from './proxy-settings.ts';

/**
 * A connection to a host of https through a proxy, encrypted from end to end: the proxy sees the name of the host alone.
 *
 * @param tls which authorities are trusted, for the host and for a proxy of https
 * @throws Error naming the proxy when it cannot be reached or refuses
 */
export async function tunnel(
  proxy: Proxy,
  url: string,
  tls: ConnectionOptions,
  timeoutMs: number,
): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = await connected(proxy, `${hostname}:${port || '443'}`, tls, timeoutMs);
  const host = hostname.replace(/^\[|\]$/g, '');
  return connect({ ...tls, socket, host, ...(isIP(host) === 0 && { servername: host }) });
}

/** A request of http by way of a proxy, which sees all of it. Its errors name the proxy. */
export function proxiedRequest(
  { origin, authorization }: Proxy,
  url: string,
  { headers, ...options }: Omit<RequestOptions, 'headers'> & { readonly headers: OutgoingHttpHeaders },
  tls: ConnectionOptions,
): ClientRequest {
  const target = new URL(url);
  const { username, password, host } = target;
  const auth = username === '' ? {} : { auth: [username, password].map(decodeURIComponent).join(':') };
  target.username = target.password = target.hash = '';
  const all = {
    ...options,
    ...placeOf(origin),
    ...auth,
    path: target.href,
    headers: { ...headers, host, ...(authorization && { 'proxy-authorization': authorization }) },
  };
  return origin.protocol === 'https:' ? tlsRequest({ ...all, ...tls }) : plainRequest(all);
}

function placeOf({ protocol, hostname, port }: URL): { readonly hostname: string; readonly port: number } {
  const usual = protocol === 'https:' ? 443 : 80;
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

function connected(
  proxy: Proxy,
  authority: string,
  tls: ConnectionOptions,
  timeoutMs: number,
): Promise<Socket> {
  const { origin, shown, authorization } = proxy;
  const options = {
    ...(origin.protocol === 'https:' ? tls : {}),
    method: 'CONNECT',
    ...placeOf(origin),
    path: authority,
    headers: { host: authority, ...(authorization && { 'proxy-authorization': authorization }) },
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const request = origin.protocol === 'https:' ? tlsRequest(options) : plainRequest(options);
    const late = setTimeout(
      () => request.destroy(new Error(`no answer for ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const refuse = (status = 0): void => reject(new Error(refusal(proxy, status)));
    request.on('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      clearTimeout(late);
      if (statusCode === 200 && head.length === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      refuse(statusCode);
    });
    request.on('response', (response) => {
      clearTimeout(late);
      response.destroy();
      refuse(response.statusCode);
    });
    request.on('error', (error) => {
      clearTimeout(late);
      reject(new Error(`proxy ${shown}: ${error.message}`, { cause: error }));
    });
    request.end();
  });
}

function refusal({ shown, authorization }: Proxy, status: number): string {
  if (status !== 407) return `the proxy ${shown} refuses the connection: bad HTTP status code: ${status}`;
  return authorization === undefined
    ? `the proxy ${shown} asks for a user and a password: write them in front of its host in the variable`
    : `the proxy ${shown} does not accept the user and the password in the variable`;
}
