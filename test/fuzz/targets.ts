import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { encode } from '@msgpack/msgpack';

import { createSseParser } from '../../src/cli/agent-client/sse-parser.ts';
import { DEFAULT_LIMITS } from '../../src/embedded/aci/image-limits.ts';
import { EntryMeter } from '../../src/embedded/aci/meter.ts';
import { readManifestText, readTar } from '../../src/embedded/aci/read.ts';
import { parseImageManifest } from '../../src/embedded/manifest/image-manifest.ts';
import { parseMountinfo } from '../../src/embedded/pods/mountinfo.ts';
import { parsePodManifest as parsePreparedManifest } from '../../src/embedded/pods/pod-manifest.ts';
import { parseImageName } from '../../src/embedded/store/lookup.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { parseWith } from '../../src/model/parse.ts';
import { decodeConfig } from '../../src/nomad/msgpack.ts';
import { parsePodManifest } from '../../src/rkt/cat-manifest.ts';
import { parseImageList } from '../../src/rkt/image-list.ts';
import { parsePodList } from '../../src/rkt/list.ts';
import { parseStatusText } from '../../src/rkt/status-text.ts';
import { parsePodStatus } from '../../src/rkt/status.ts';
import { parseVersion } from '../../src/rkt/version.ts';
import { parseAlertConfig } from '../../src/server/alerts/alert-rules.ts';
import { parseFigure, parseLimit } from '../../src/sources/cgroup/bytes.ts';
import { parseCgroupMounts } from '../../src/sources/cgroup/hierarchies.ts';
import { parseCpuInfoMhz } from '../../src/sources/cpu-facts.ts';
import { parseLocks } from '../../src/sources/pod-directories.ts';
import { parseProcessStat } from '../../src/sources/process-info.ts';
import { rawTar } from '../support/images.ts';
import { cgroupFiles, recordedAnswers } from './corpus.ts';
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
const MOUNTS =
  '36 35 98:0 /a /mnt\\040x rw,noatime shared:1 - ext3 /dev/root rw\n40 25 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n';
const STAT =
  '1234 (a b) c) S 1 1234 1234 0 -1 4194304 1 0 0 0 2 3 0 0 20 0 1 0 5678 1000 10 18446744073709551615\n';

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

/** Files of the kernel. */
const kernelTargets: readonly FuzzTarget[] = [
  {
    name: 'a number of a cgroup',
    corpus: () => [...cgroupFiles(/(usage|current|limit|max)[^/]*$/), Buffer.from('max\n')],
    parse: (input) => [parseFigure(input, input.length), parseLimit(input, input.length)],
    isDocumented: isRkt,
  },
  textTarget('/proc/PID/stat', [STAT], parseProcessStat, never),
  textTarget(
    '/proc/PID/mountinfo',
    [MOUNTS],
    (text) => [parseCgroupMounts(text), parseMountinfo(text)],
    never,
  ),
  textTarget('/proc/locks', ['1: FLOCK  ADVISORY  WRITE 42 08:01:1234 0 EOF\n'], parseLocks, never),
  textTarget('/proc/cpuinfo', ['processor : 0\ncpu MHz\t\t: 2400.000\n'], parseCpuInfoMhz, never),
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
    (text) => createSseParser()(text),
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
    (text) => parseWith(driverConfigSchema, jsonOf(text), 'config', 'RKT_ERR_DRIVER_CONFIG'),
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

export const fuzzTargets: readonly FuzzTarget[] = [...rktTargets, ...kernelTargets, ...strangerTargets];
