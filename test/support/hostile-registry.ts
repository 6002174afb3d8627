import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { Intercept, PutImage, TestRegistry } from './registry.ts';
import { OCI_INDEX, OCI_MANIFEST, sendError, sha256 } from './registry.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers what is asked for by a part of its path. */
const at =
  (part: string, answer: Answer): Intercept =>
  (request, response) => {
    if (request.url?.includes(part) !== true) return false;
    answer(request, response);
    return true;
  };

const json =
  (value: unknown, type = OCI_MANIFEST): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': type });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };

/** Sends until the other side has gone. */
const endless: Answer = (_request, response) => {
  response.writeHead(response.statusCode, { 'content-type': OCI_MANIFEST });
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

const descriptor = (digest: string, size = 10): Readonly<Record<string, unknown>> => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest,
  size,
});

const manifestOf = (config: unknown, layers: unknown): unknown => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config,
  layers,
});

const redirect =
  (location: string): Answer =>
  (_request, response) => {
    response.writeHead(307, { location });
    response.end();
  };

/** The image that the registry has, for {@link TestRegistry.put}. */
export const HOSTILE_APP = { layers: [{ a: 'first' }, { b: 'second' }] };

/** What the registry does, how it does it, the words of the refusal, and the image asked for if it is not `app`. */
export type HostileRow = readonly [string, Intercept, string, string?];

/**
 * What a registry must not get away with. A table: each row is read alone.
 *
 * @param image `app` in the registry, of two layers
 */
export function hostileRegistry(registry: TestRegistry, image: PutImage): readonly HostileRow[] {
  const [layer = ''] = image.layerDigests;
  const ghost = sha256(Buffer.from('ghost'));

  return [
    [
      'sends another manifest than that of the digest',
      at('/manifests/', json('{}')),
      'bytes are not those of',
      `app@${ghost}`,
    ],
    [
      'names another digest than that of its manifest',
      at('/manifests/', (_q, r) => {
        r.writeHead(200, { 'content-type': OCI_MANIFEST, 'docker-content-digest': ghost });
        r.end('{}');
      }),
      'bytes are not those of',
    ],
    [
      'sends another layer',
      at(layer, (_q, r) => r.end(Buffer.alloc(registry.blobs.get(layer)?.length ?? 0))),
      'sent other bytes than those of',
    ],
    ['sends another config', at(image.configDigest, (_q, r) => r.end('{"config":"evil"}')), 'instead of'],
    ['sends an endless manifest', at('/manifests/', endless), 'the answer has more than 4.0MiB'],
    ['sends an endless layer', at(layer, endless), 'sends more for sha256:'],
    [
      'announces a larger layer',
      at(layer, (_q, r) => {
        r.writeHead(200, { 'content-length': 999_999 });
        r.write('x');
      }),
      'sends more for sha256:',
    ],
    [
      'cuts a layer each time',
      at(layer, (_q, r) => {
        r.writeHead(200, { 'content-length': registry.blobs.get(layer)?.length });
        r.flushHeaders();
        r.destroy();
      }),
      `cannot get sha256:`,
    ],
    [
      'answers with another range',
      at(layer, (_q, r) => {
        r.writeHead(206, { 'content-range': 'bytes 5-9/10', 'content-length': 5 });
        r.end('other');
      }),
      'answers with the range bytes 5-9/10',
    ],
    [
      'sends a page in the place of a manifest',
      at('/manifests/', (_q, r) => {
        r.writeHead(200, { 'content-type': 'text/html' });
        r.end('<html>login</html>');
      }),
      'the manifest of the image is no JSON',
    ],
    [
      'compresses a manifest no one asked to be compressed',
      at('/manifests/', (_q, r) => {
        r.writeHead(200, { 'content-type': OCI_MANIFEST, 'content-encoding': 'gzip' });
        r.end(gzipSync('{}'));
      }),
      'with the encoding gzip',
    ],
    [
      'has a manifest of schema 1',
      at(
        '/manifests/',
        json({ schemaVersion: 1, fsLayers: [] }, 'application/vnd.docker.distribution.manifest.v1+prettyjws'),
      ),
      'schema 1',
    ],
    [
      'has an index without this platform',
      at(
        '/manifests/',
        json(
          {
            schemaVersion: 2,
            mediaType: OCI_INDEX,
            manifests: [
              {
                ...descriptor(ghost),
                mediaType: OCI_MANIFEST,
                platform: { os: 'plan9', architecture: 'mips' },
              },
            ],
          },
          OCI_INDEX,
        ),
      ),
      'plan9/mips',
    ],
    [
      'has an index that is in itself',
      at('/manifests/', (q, r) => {
        const deep = JSON.stringify({
          schemaVersion: 2,
          mediaType: OCI_INDEX,
          manifests: [{ mediaType: OCI_INDEX, digest: ghost, size: 1 }],
        });
        json(deep, OCI_INDEX)(q, r);
      }),
      'instead of 1',
    ],
    [
      'names a layer by a path',
      at(
        '/manifests/',
        json(manifestOf(descriptor(image.configDigest), [descriptor('sha256:../../../etc/passwd')])),
      ),
      'manifest.layers.0.digest',
    ],
    [
      'names a config by a path',
      at('/manifests/', json(manifestOf(descriptor('../../x'), []))),
      'manifest.config.digest',
    ],
    [
      'names a layer that is not there',
      at(
        '/manifests/',
        json(
          manifestOf(descriptor(image.configDigest, registry.blobs.get(image.configDigest)?.length), [
            descriptor(ghost),
          ]),
        ),
      ),
      'BLOB_UNKNOWN: blob unknown to registry',
    ],
    [
      'names a config of a gigabyte',
      at('/manifests/', json(manifestOf(descriptor(image.configDigest, 2 ** 30), []))),
      'more than 4.0MiB',
    ],
    [
      'names layers beyond the limit of a download',
      at('/manifests/', json(manifestOf(descriptor(image.configDigest), [descriptor(ghost, 2 ** 45)]))),
      'the limit downloadBytes',
    ],
    [
      'names a layer of a negative size',
      at('/manifests/', json(manifestOf(descriptor(image.configDigest), [descriptor(ghost, -1)]))),
      'manifest.layers.0.size',
    ],
    [
      'refuses with text for the terminal',
      at('/manifests/', (_q, r) => sendError(r, 403, 'DENIED', 'no\u001b]0;evil\u0007\nrkt: fine')),
      'denies access: status code 403 (DENIED: no\\x1b]0;evil\\x07\\nrkt: fine)',
    ],
    [
      'refuses with an endless text',
      at('/manifests/', (_q, r) => {
        r.statusCode = 403;
        endless(_q, r);
      }),
      'denies access: status code 403',
    ],
    [
      'redirects in a circle',
      at('/manifests/', (q, r) => {
        r.writeHead(307, { location: q.url });
        r.end();
      }),
      'stopped after 10 redirects',
    ],
    [
      'redirects to a file',
      at(layer, (_q, r) => {
        r.writeHead(307, { location: 'file:///etc/passwd' });
        r.end();
      }),
      'refused a redirect to file:///etc/passwd',
    ],
    [
      'redirects to the credentials of the machine',
      at(layer, redirect('http://169.254.169.254/latest/meta-data/')),
      'refused a redirect to http://169.254.169.254/latest/meta-data/',
    ],
    [
      'has a manifest that is an index as well',
      at(
        '/manifests/',
        json({ schemaVersion: 2, config: descriptor(image.configDigest), layers: [], manifests: [] }),
      ),
      'so it has two meanings',
    ],
    [
      'delivers a manifest as an index',
      at('/manifests/', json(manifestOf(descriptor(image.configDigest), []), OCI_INDEX)),
      'but was delivered as application/vnd.oci.image.index.v1+json',
    ],
    [
      'has a layer that is a helm chart',
      at(
        '/manifests/',
        json(
          manifestOf(descriptor(image.configDigest), [
            { ...descriptor(ghost), mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' },
          ]),
        ),
      ),
      'which is no file system layer',
    ],
    [
      'has a foreign layer at another place',
      at(
        '/manifests/',
        json(
          manifestOf(descriptor(image.configDigest, registry.blobs.get(image.configDigest)?.length), [
            {
              ...descriptor(ghost),
              mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
              urls: ['http://localhost:1/elsewhere'],
            },
          ]),
        ),
      ),
      'BLOB_UNKNOWN: blob unknown to registry',
    ],
    [
      'sends a header without end',
      at('/manifests/', (_q, r) => {
        r.writeHead(200, { 'content-type': OCI_MANIFEST, 'x-more': 'x'.repeat(40_000) });
        r.end('{}');
      }),
      'Header overflow',
    ],
    [
      'sends a token without end',
      (request, response) => {
        if (request.url?.includes('/token') === true) endless(request, response);
        else
          sendError(response, 401, 'UNAUTHORIZED', 'no', {
            'www-authenticate': `Bearer realm="${registry.origin}/token"`,
          });
        return true;
      },
      'the answer has more than 1.0MiB',
    ],
    [
      'sends a token that would be two headers',
      (request, response) => {
        if (request.url?.includes('/token') === true) json({ token: 'a\r\nhost: evil' })(request, response);
        else
          sendError(response, 401, 'UNAUTHORIZED', 'no', {
            'www-authenticate': `Bearer realm="${registry.origin}/token"`,
          });
        return true;
      },
      'the answer has no token',
    ],
    [
      'has a manifest of a million layers',
      at(
        '/manifests/',
        json(manifestOf(descriptor(image.configDigest), Array(20_000).fill(descriptor(ghost)))),
      ),
      'manifest.layers',
    ],
    [
      'nests a manifest without end',
      at(
        '/manifests/',
        json(`{"schemaVersion":2,"mediaType":"${OCI_MANIFEST}","config":${'['.repeat(500_000)}`),
      ),
      'is no JSON',
    ],
    [
      'asks for a token of no server',
      at('/manifests/', (_q, r) =>
        sendError(r, 401, 'UNAUTHORIZED', 'no', {
          'www-authenticate': 'Bearer realm="file:///etc/passwd"',
        }),
      ),
      'which is no https URL',
    ],
    [
      'has no such tag',
      () => false,
      'has no manifests/ghost of this image: status code 404 (MANIFEST_UNKNOWN: manifest unknown)',
      'app:ghost',
    ],
    [
      'is out of order for ever',
      at('/manifests/', (_q, r) => sendError(r, 503, 'UNAVAILABLE', 'later')),
      'answers with status code 503 (UNAVAILABLE: later)',
    ],
    [
      'asks to wait an hour',
      at('/manifests/', (_q, r) => sendError(r, 429, 'TOOMANYREQUESTS', 'limit', { 'retry-after': '3600' })),
      'status code 429 (TOOMANYREQUESTS: limit), try again in 3600 s',
    ],
  ];
}
