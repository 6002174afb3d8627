import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { cgroupFixture, type CgroupFixture } from '../support/cgroup-fixture.ts';

/** The three places that ARCHITECTURE.md names: the table, the reader of the kernel file, the name that is exported. */
const ADDED = [
  {
    file: 'src/model/metrics.ts',
    after: /^ +mappedFileBytes: gauge\(.*\n/m,
    text: "    sharedBytes: gauge('memoryDetail', 'bytes', 'Shared memory.'),\n",
  },
  {
    file: 'src/sources/cgroup/readers/v1/memory-v1.ts',
    after: /^ +total_rss: .*\n/m,
    text: '      total_shmem: [COLUMN.memory.sharedBytes, 1],\n',
  },
  {
    file: 'src/exporters/prometheus/families/container-families.ts',
    after: /^ +memory\('mapped_file'.*\n/m,
    text: "  memory('shmem', 'Shared memory.', 'sharedBytes'),\n",
  },
];

/** Samples a task of a fixture, and prints what each user of the table makes of it. */
const PROGRAM = `
import { detectCgroups } from './src/sources/cgroup/cgroups.ts';
import { CONTAINER_FAMILIES } from './src/exporters/prometheus/families/container-families.ts';
import { DEFAULT_FIELD_GROUPS, groupMask } from './src/model/field-groups.ts';
import { usageSchema } from './src/server/schemas/usage-schemas.ts';
import { measure } from './src/streams/stats/usage-meter.ts';

const [root = '', procRoot = ''] = process.argv.slice(2);
const cgroups = await detectCgroups({ root, procRoot });
const reader = cgroups.reader({ gate: false, maxStaleMs: 0, descriptorBudget: 0 });
const cgroup = reader.open(await cgroups.ofProcess(4242));
const groups = groupMask(DEFAULT_FIELD_GROUPS);
const fresh = reader.read(cgroup, groups, 0, 0);
const { row } = cgroup;
const reading = { source: 'cgroup-v1', row, fresh, version: 1, processes: undefined, degradedBy: undefined } as const;
const meter = { groups, baseline: undefined, version: 0 };
const usage = measure(meter, reading, { timestampMs: 1_000, cpu: { cores: 2, mhzPerCore: 1 } });
const family = CONTAINER_FAMILIES.find(({ name }) => name === 'container_memory_shmem');
const sample: number | undefined = usage?.memory.sharedBytes;
console.log(
  JSON.stringify({
    sample,
    schema: usageSchema.parse(usage).memory['sharedBytes'],
    exported: family?.series.map(({ value }) => value({ usage, status: {}, spec: undefined } as never)),
  }),
);
`;

describe('a new metric', function () {
  this.timeout(240_000);
  let copy: string;
  let fixture: CgroupFixture;
  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'rkt-streams-metric-'));
    for (const name of ['src', 'package.json', 'tsconfig.json'])
      cpSync(name, join(copy, name), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
    for (const { file, after, text } of ADDED) {
      const path = join(copy, file);
      const source = readFileSync(path, 'utf8');
      const added = source.replace(after, (line) => `${line}${text}`);
      expect(added, file).to.not.equal(source);
      writeFileSync(path, added);
    }
    writeFileSync(join(copy, 'program.ts'), PROGRAM);
    fixture = cgroupFixture('v1');
    const stat = join(fixture.root, 'memory/rkt-streams/web/memory.stat');
    writeFileSync(stat, readFileSync(stat, 'utf8').replace('total_shmem 0', 'total_shmem 4096'));
  });
  after(() => {
    fixture.remove();
    rmSync(copy, { recursive: true });
  });

  it('is sampled, part of the JSON schema and exported after three edits', () => {
    const program = ['--import', 'tsx/esm', 'program.ts', fixture.root, fixture.procRoot];
    const printed = execFileSync(process.execPath, program, { cwd: copy, encoding: 'utf8' });
    expect(JSON.parse(printed)).to.deep.equal({ sample: 4_096, schema: 4_096, exported: [4_096] });
  });

  it('needs no other edit to have a type', () => {
    const settings = { extends: './tsconfig.json', include: ['program.ts'] };
    writeFileSync(join(copy, 'tsconfig.program.json'), JSON.stringify(settings));
    execFileSync(join(copy, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.program.json'], { cwd: copy });
  });
});
