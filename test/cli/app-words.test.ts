import { expect } from 'chai';

import { withAppWords } from '../../src/cli/app-words.ts';
import { createProgram } from '../../src/cli/program.ts';

describe('withAppWords', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['run img sh -c x', 'run img -- sh -c x'],
    ['run --rm -it -e A=b --name web img -x --rm', 'run --rm -it -e A=b --name web img -- -x --rm'],
    ['run -eA=b -itw /srv img ls', 'run -eA=b -itw /srv img -- ls'],
    ['run --memory=5M img ls', 'run --memory=5M img -- ls'],
    ['run img -- ls', 'run img -- ls'],
    ['run img --rm -- ls --x', 'run img --rm -- ls --x'],
    ['run img sh -c x -- y', 'run img -- sh -c x -- y'],
    ['run img', 'run img'],
    ['--data-dir run exec web ls -l', '--data-dir run exec web -- ls -l'],
    ['exec -it web sh', 'exec -it web -- sh'],
    ['exec web -t -- sh', 'exec web -t -- sh'],
    ['ps -a x -y', 'ps -a x -y'],
  ];
  cases.forEach(([typed, parsed]) => {
    it(typed, async () => {
      const argv = typed.split(' ');
      expect(withAppWords(await createProgram(argv), argv).join(' ')).to.equal(parsed);
    });
  });
});
