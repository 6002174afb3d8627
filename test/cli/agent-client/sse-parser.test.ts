import { expect } from 'chai';
import fc from 'fast-check';

import { createSseParser } from '../../../src/cli/agent-client/sse-parser.ts';

const STREAM = [
  'retry: 2000\n\n',
  ': \n\n',
  'event: tasks\ndata: {"tasks":[]}\n\n',
  'event: events\nid: abc.1\ndata: {"a":1}\n\n',
  'data: one\ndata: two\n\n',
  'event: empty\ndata\n\n',
].join('');
const FRAMES = [
  { event: 'tasks', data: '{"tasks":[]}' },
  { event: 'events', data: '{"a":1}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'empty', data: '' },
];

describe('createSseParser', () => {
  it('reads frames, and leaves out comments and times to wait', () => {
    expect(createSseParser()(STREAM)).to.deep.equal(FRAMES);
  });

  it('reads them in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
        const parse = createSseParser();
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = places.map((place, index) => STREAM.slice(place, places[index + 1]));
        expect(pieces.flatMap((piece) => parse(piece))).to.deep.equal(FRAMES);
      }),
    );
  });

  it('waits for the end of a frame, but not for ever', () => {
    const parse = createSseParser();
    expect(parse('event: tasks\ndata: {')).to.deep.equal([]);
    expect(() => parse('x'.repeat(64 * 1024 * 1024))).to.throw(RangeError);
  });
});
