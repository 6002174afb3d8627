import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { pack } from 'tar-stream';

import { HOST_CERT, HOST_KEY } from './host-certificate.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization?: string;
  readonly range?: string;
}

/** Answers a request itself and returns true, or leaves it to the registry. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Descriptors of an image that was put into a registry. */
export interface PutImage {
  readonly manifestDigest: string;
  readonly manifestSize: number;
  readonly configDigest: string;
  readonly layerDigests: readonly string[];
}

export interface PutOptions {
  /** Contents of files by path, a list for each layer. */
  readonly layers?: readonly Readonly<Record<string, string | Buffer>>[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Puts no tag on it when it is absent. */
  readonly tag?: string;
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A small registry on a loopback port, over http or, with a certificate for `localhost`, https. */
export class TestRegistry {
  readonly seen: Seen[] = [];
  readonly blobs = new Map<string, Buffer>();
  readonly #manifests = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  readonly #server: Server;
  readonly scheme: 'http' | 'https';
  /** Consulted first, the last added before all others. */
  readonly intercepts: Intercept[] = [];

  constructor(scheme: 'http' | 'https' = 'http') {
    this.scheme = scheme;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      this.#answer(request, response);
    this.#server =
      scheme === 'http'
        ? createServer(onRequest)
        : createTlsServer({ cert: HOST_CERT, key: HOST_KEY }, onRequest);
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `localhost:PORT`. */
  get host(): string {
    return `localhost:${this.port}`;
  }

  get origin(): string {
    return `${this.scheme}://${this.host}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  /** Forgets requests and interceptions. */
  reset(): void {
    this.seen.length = 0;
    this.intercepts.length = 0;
  }

  putBlob(bytes: Buffer): string {
    const digest = sha256(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  /** Puts a manifest or index under its digest and, if there is one, a tag. */
  putManifest(repository: string, text: string, type: string, tag?: string): string {
    const bytes = Buffer.from(text);
    for (const name of [sha256(bytes), ...(tag === undefined ? [] : [tag])])
      this.#manifests.set(`${repository}/${name}`, { type, bytes });
    return sha256(bytes);
  }

  /** Makes an image of gzipped layers and puts all of it. */
  async put(
    repository: string,
    { layers = [{ 'hello.txt': 'hello\n' }], config = {}, tag = 'latest' }: PutOptions = {},
  ): Promise<PutImage> {
    const tars = await Promise.all(layers.map(tarOf));
    const zipped = tars.map((tar) => gzipSync(tar));
    const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
    const rootfs = { type: 'layers', diff_ids: tars.map(sha256) };
    const configBytes = Buffer.from(JSON.stringify({ architecture, os: 'linux', config, rootfs }));
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: this.putBlob(configBytes),
        size: configBytes.length,
      },
      layers: zipped.map((bytes) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: this.putBlob(bytes),
        size: bytes.length,
      })),
    });
    return {
      manifestDigest: this.putManifest(repository, text, OCI_MANIFEST, tag),
      manifestSize: Buffer.byteLength(text),
      configDigest: sha256(configBytes),
      layerDigests: zipped.map(sha256),
    };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const { authorization, range } = headers;
    this.seen.push({ method, url, ...(authorization && { authorization }), ...(range && { range }) });
    response.on('error', () => undefined);
    if ([...this.intercepts].reverse().some((intercept) => intercept(request, response))) return;
    const [, repository = '', kind = '', name = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    if (url === '/v2/') return void response.end('{}');
    if (kind === 'manifests') {
      this.#sendManifest(response, `${repository}/${name}`);
      return;
    }
    const blob = this.blobs.get(name);
    if (blob === undefined) {
      sendError(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
      return;
    }
    sendBlob(response, blob, range);
  }

  #sendManifest(response: ServerResponse, name: string): void {
    const found = this.#manifests.get(name);
    if (found === undefined) {
      sendError(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
      return;
    }
    const { type, bytes } = found;
    response.writeHead(200, {
      'content-type': type,
      'content-length': bytes.length,
      'docker-content-digest': sha256(bytes),
    });
    response.end(bytes);
  }
}

/** A refusal as registries word it. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function sendBlob(response: ServerResponse, blob: Buffer, range: string | undefined): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const part = blob.subarray(from);
  response.writeHead(range === undefined ? 200 : 206, {
    'content-length': part.length,
    ...(range === undefined ? {} : { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` }),
  });
  response.end(part);
}

async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
