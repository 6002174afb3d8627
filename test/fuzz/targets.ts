import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { encode } from '@msgpack/msgpack';

import { createFrameParser } from '../../src/drivers/remote/sse-frames.ts';
import { DEFAULT_LIMITS } from '../../src/embedded/aci/image-limits.ts';
import { EntryMeter } from '../../src/embedded/aci/meter.ts';
import { readManifestText, readTar } from '../../src/embedded/aci/read.ts';
import { parseImageManifest } from '../../src/embedded/manifest/aci-manifest.ts';
import { parsePodManifest as parsePreparedManifest } from '../../src/embedded/pods/pod-manifest.ts';
import { parseImageName } from '../../src/embedded/store/lookup.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { parseWith } from '../../src/model/parse.ts';
import { hclSpec } from '../../src/nomad/hclspec.ts';
import { decodeConfig } from '../../src/nomad/msgpack.ts';
import { parsePodManifest } from '../../src/rkt/rkt-cat-manifest.ts';
import { parseImageList } from '../../src/rkt/rkt-image-list.ts';
import { parsePodList } from '../../src/rkt/rkt-list.ts';
import { parseStatusText } from '../../src/rkt/status-text.ts';
import { parsePodStatus } from '../../src/rkt/rkt-status.ts';
import { parseVersion } from '../../src/rkt/rkt-version.ts';
import { parseAlertConfig } from '../../src/server/alerts/alert-rules.ts';
import { rawTar } from '../support/images.ts';
import { recordedAnswers } from './corpus.ts';
import { fileTargets } from './file-targets.ts';
import { httpTarget } from './http-target.ts';
import { imageTargets } from './image-targets.ts';
import { kernelTargets } from './kernel-targets.ts';
import { isFailure, isRkt, never, textTarget, type FuzzTarget } from './target.ts';

const MANIFEST = JSON.stringify({
  acKind: 'ImageManifest',
  acVersion: '0.8.11',
  name: 'example.com/app',
  labels: [{ name: 'os', value: 'linux' }],
  app: {
    exec: ['/bin/sh'],
    user: '0',
    group: '0',
    isolators: [{ name: 'resource/memory', value: { limit: '1G' } }],
  },
});
const ALERTS = { rules: [{ name: 'a', metric: 'memory.usageBytes', above: 1, forMs: 1000 }] };

function imageTar(): Promise<Buffer> {
  return rawTar([
    { name: 'manifest', content: MANIFEST },
    { name: 'rootfs/bin', type: 'directory' },
    { name: `rootfs/${'long/'.repeat(40)}sh`, content: 'x' },
    { name: 'rootfs/l', type: 'symlink', linkname: 'bin' },
  ]);
}

/** Answers of rkt, as this program reads them. */
const rktTargets: readonly FuzzTarget[] = [
  textTarget('rkt list', recordedAnswers('rkt list'), parsePodList, isRkt),
  textTarget('rkt status', recordedAnswers('rkt status'), parsePodStatus, isRkt),
  textTarget('rkt status, as text', recordedAnswers('rkt status'), parseStatusText, isRkt),
  textTarget('rkt version', recordedAnswers('rkt version'), parseVersion, isRkt),
  textTarget('rkt image list', recordedAnswers('rkt image list'), parseImageList, isRkt),
  textTarget('rkt cat-manifest', recordedAnswers('rkt cat-manifest'), parsePodManifest, isRkt),
];

/** What strangers write: images, agents, operators. */
const strangerTargets: readonly FuzzTarget[] = [
  {
    name: 'the tar of an image',
    corpus: async () => [await imageTar()],
    parse: async (input) => {
      for await (const { content } of readTar(Readable.from([input]), new EntryMeter(DEFAULT_LIMITS)))
        await text(Readable.from(content));
      return readManifestText(Readable.from([input]));
    },
    isDocumented: isFailure,
  },
  textTarget('an image manifest', [MANIFEST], parseImageManifest, isFailure),
  textTarget('a pod manifest', recordedAnswers('rkt cat-manifest'), parsePreparedManifest, isFailure),
  textTarget(
    'the name of an image',
    ['example.com/app:1.0,os=linux', 'sha512-abc'],
    parseImageName,
    isFailure,
  ),
  {
    name: 'a config block in msgpack',
    corpus: () => [
      Buffer.from(
        encode({ image: 'x', volumes: ['a:b'], net: [null], nested: { map: { deep: [1.5, true] } } }),
      ),
    ],
    parse: (input) => decodeConfig(input, 'config', 'RKT_ERR_TASK_CONFIG'),
    isDocumented: isRkt,
  },
  textTarget(
    'server-sent events',
    ['retry: 2000\n\nevent: log\nid: 1\ndata: {"text":"x"}\n\n: \n\n'],
    (text) => createFrameParser(() => undefined)(text),
    isRkt,
  ),
  textTarget('alert rules', [JSON.stringify(ALERTS)], (text) => parseAlertConfig(jsonOf(text)), isRkt),
  textTarget(
    'the driver configuration',
    [
      JSON.stringify({
        volumes_enabled: true,
        stats_interval: '1s',
        gc: { image_delay: '3m' },
        data_dir: '/x',
      }),
    ],
    (text) => parseWith(driverConfigSchema, jsonOf(text), { what: 'config', code: 'RKT_ERR_DRIVER_CONFIG' }),
    isRkt,
  ),
];

/** What comes as JSON is parsed by others before; only what is JSON gets further. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The default of an attribute, as Nomad's parser of HCL reads the literal that is made of it. */
const hclTarget = textTarget(
  'the default of an attribute',
  ['rkt', 'C:\\bin ${x} %{if} $${y}', 'a"b\n\f\b'],
  (text) => {
    const spec = { name: 'a', type: 'string', form: 'attribute', required: false, default: text } as const;
    const literal = hclSpec([spec]).object?.attributes?.['a']?.default?.default?.literal?.value ?? '';
    if (/\n|\\[^nrtu"\\]/.test(literal.replaceAll('\\\\', ''))) throw new Error(`no HCL: ${literal}`);
    const read: unknown = JSON.parse(literal.replaceAll(/\$\$\{/g, '${').replaceAll(/%%\{/g, '%{'));
    if (read !== text) throw new Error(`${JSON.stringify(text)} is read as ${JSON.stringify(read)}`);
  },
  never,
);

export const fuzzTargets: readonly FuzzTarget[] = [
  ...rktTargets,
  ...kernelTargets,
  ...fileTargets,
  ...strangerTargets,
  ...imageTargets,
  hclTarget,
  httpTarget,
];
