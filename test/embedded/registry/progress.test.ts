import { expect } from 'chai';

import type { ProgressDisplay } from '../../../src/embedded/embedded-context.ts';
import { ProgressBlock } from '../../../src/embedded/progress-block.ts';
import { Progress } from '../../../src/embedded/registry/progress.ts';

const ESCAPE = '\x1b';
const PARTS = new RegExp(`(${ESCAPE}\\[\\d*[AJ]|\r|\n)`);

/** What a terminal shows that wraps long lines and knows what a block writes. */
class Screen {
  readonly rows: string[] = [''];
  columns: number;
  #row = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const part of text.split(PARTS).filter((each) => each !== '')) {
      const up = /\[(\d+)A$/.exec(part)?.[1];
      if (up !== undefined) this.#row -= Number(up);
      else if (part === `${ESCAPE}[J`) this.rows.splice(this.#row, Infinity, '');
      else if (part === '\n') this.rows[(this.#row += 1)] ??= '';
      else if (part !== '\r') this.rows[this.#row] = `${this.rows[this.#row] ?? ''}${part}`;
      expect(this.#row, 'never above what was written').to.be.at.least(0);
    }
  }

  /** A narrower window puts what does not fit on more rows. */
  resize(columns: number): void {
    this.columns = columns;
    const wrapped = this.rows.flatMap((row) => row.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']);
    this.rows.splice(0, Infinity, ...wrapped);
    this.#row = this.rows.length - 1;
  }
}

const LAYER = 'sha256:8ddc19f16526912237dd8af81971d5e4';

function bars(columns: number, rows: number): { screen: Screen; progress: Progress; block: ProgressBlock } {
  const screen = new Screen(columns);
  const block = new ProgressBlock(
    (text) => screen.write(text),
    () => ({ columns: screen.columns, rows }),
  );
  const display: ProgressDisplay = { style: 'bars', block };
  return {
    screen,
    block,
    progress: new Progress({ progress: display, stderr: (text) => block.print(text) }),
  };
}

describe('the progress of a download', () => {
  it('is a bar for each layer, drawn in place', () => {
    const { screen, progress } = bars(80, 24);
    const [first, second] = [progress.add(LAYER, 1_970_000), progress.add(LAYER.replace('8', '9'), 50)];
    progress.add(LAYER.replace('8', 'a'), 50);
    first(668_000);
    second(50);
    progress.end();
    expect(screen.rows).to.deep.equal([
      'Downloading sha256:8ddc19f16526 [=========>                  ] 668 KB / 1.97 MB',
      'Downloaded  sha256:9ddc19f16526 50 B',
      'Waiting     sha256:addc19f16526',
      '',
    ]);
  });

  for (const columns of [20, 40, 59, 60, 80, 200])
    it(`has no line wider than ${columns} columns`, () => {
      const { screen, progress } = bars(columns, 24);
      const done = progress.add(LAYER, 999_000_000);
      for (const bytes of [1, 500_000_000, 998_900_000]) done(bytes);
      progress.end();
      expect(Math.max(...screen.rows.map((row) => row.length))).to.be.at.most(columns);
    });

  it('shows what moves where not all layers fit', () => {
    const { screen, progress } = bars(80, 8);
    const layers = Array.from({ length: 40 }, (_, i) =>
      progress.add(`sha256:${String(i).padStart(12, '0')}`, 100),
    );
    layers.slice(0, 30).forEach((done) => done(100));
    layers.slice(30, 33).forEach((done) => done(50));
    progress.step('Unpacking');
    expect(screen.rows).to.have.lengthOf(6);
    expect(screen.rows[0]).to.match(/^Downloading sha256:000000000030 \[/);
    expect(screen.rows.slice(3)).to.deep.equal(['30 of 40 downloaded, 7 waiting', 'Unpacking', '']);
  });

  it('stays below what is printed meanwhile, and below that when the window becomes narrower', () => {
    const { screen, block, progress } = bars(80, 24);
    const done = progress.add(LAYER, 100);
    done(1);
    block.print('image: the mirror is gone; trying the next\n');
    screen.resize(50);
    done(100);
    progress.end();
    expect(screen.rows).to.deep.equal([
      'image: the mirror is gone; trying the next',
      'Downloaded  sha256:8ddc19f16526 100 B',
      '',
    ]);
    block.print('after\n');
    expect(screen.rows.at(-2)).to.equal('after');
  });

  it('is a line for each layer that is complete, where lines are wanted', () => {
    const lines: string[] = [];
    const progress = new Progress({ progress: { style: 'lines' }, stderr: (text) => void lines.push(text) });
    const [first, second] = [progress.add(LAYER, 100), progress.add(LAYER.replace('8', '9'), 50)];
    first(10);
    second(50);
    first(100);
    first(100);
    progress.step('Unpacking');
    progress.end();
    expect(lines).to.deep.equal([
      'Downloaded sha256:9ddc19f16526 50 B (1 of 2)\n',
      'Downloaded sha256:8ddc19f16526 100 B (2 of 2)\n',
      'Unpacking\n',
    ]);
  });

  it('is nothing without a display', () => {
    const progress = new Progress({ stderr: () => expect.fail('something was printed') });
    progress.add(LAYER, 1)(1);
    progress.step('Unpacking');
    progress.end();
  });
});
