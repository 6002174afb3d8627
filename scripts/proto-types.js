// Writes the types of the Nomad plugin's messages and services: `node scripts/proto-types.js [DIRECTORY]`.
// They follow the options in src/nomad/protos.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const protos = 'src/nomad/proto';
const target = process.argv[2] ?? 'src/nomad/generated';
const files = readdirSync(protos).filter((name) => name.endsWith('.proto'));
const options = ['--keepCase', '--longs=Number', '--enums=String', '--defaults', '--oneofs'];
const layout = ['--grpcLib=@grpc/grpc-js', '--importFileExtension=.ts', `--includeDirs=${protos}`];
rmSync(target, { recursive: true, force: true });
const argv = [...options, ...layout, `--outDir=${target}`, ...files.sort()];
const { status } = spawnSync('node_modules/.bin/proto-loader-gen-types', argv, {
  stdio: ['ignore', 'ignore', 'inherit'],
});
// One file a .proto file gathers what is in the others; nobody asks for it.
for (const file of files) rmSync(join(target, file.replace(/proto$/, 'ts')), { force: true });
process.exitCode = status ?? 1;
