import { BENCHMARKS } from './benchmarks.ts';
import { endOnInterrupt } from './support/interrupt.ts';
import { machineFacts, machineText } from './support/machine.ts';
import { judged, printAnswer, printThresholds } from './support/print.ts';
import { saveAnswer, type Answer } from './support/results.ts';

/**
 * `npm run bench [-- NAME…] [--json] [--save] [--quick]`: answers the benchmarks in turn.
 *
 * `--save` keeps the answers in bench/results, from which `npm run bench:doc` writes docs/performance.md.
 */
const args = process.argv.slice(2);
const options = { quick: args.includes('--quick') };
const asJson = args.includes('--json');
const names = args.filter((arg) => !arg.startsWith('--'));
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = BENCHMARKS.map(({ name }) => name).join(', ');
  console.error(`No bench is called ${unknown.join(', ')}. There are: ${known}`);
  process.exit(2);
}
if (options.quick && args.includes('--save')) {
  console.error('What --quick measures is not worth saving');
  process.exit(2);
}

endOnInterrupt();
const machine = machineFacts();
if (!asJson) console.log(machineText(machine));
let failures = 0;
const answers: Answer[] = [];
for (const benchmark of BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  try {
    const rows = await benchmark.run(options);
    const answer = {
      name: benchmark.name,
      asks: benchmark.asks,
      measuredAt: new Date().toISOString(),
      machine,
      options,
      rows,
    };
    answers.push(answer);
    if (asJson) console.log(JSON.stringify(answer));
    else printAnswer(answer);
    if (args.includes('--save')) await saveAnswer(answer);
  } catch (error) {
    failures += 1;
    console.error(`\n${benchmark.name} failed:`, error);
  }
}
const lines = judged(answers);
if (!asJson && lines.length > 0) printThresholds(lines);
process.exitCode = failures > 0 ? 1 : 0;
