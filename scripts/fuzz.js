// Runs test/fuzz for as long as is wanted: npm run fuzz -- --seconds 600 [--seed N]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const { seconds = '60', seed } = values;
for (const [name, value] of Object.entries({ seconds, seed })) {
  if (value !== undefined && !/^\d{1,10}$/.test(value)) {
    console.error(`--${name} takes a whole number, not ${JSON.stringify(value)}`);
    process.exit(2);
  }
}

const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const args = ['--import', 'tsx/esm', mocha, '--exit', 'test/fuzz/parsers.test.ts'];
const env = { ...process.env, RKT_STREAMS_FUZZ_SECONDS: seconds };
if (seed !== undefined) env.RKT_STREAMS_FUZZ_SEED = seed;
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
