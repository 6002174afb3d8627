import { expect } from 'chai';

import type { Logger } from '../../src/model/logger.ts';
import { HCLOG_LEVELS, createHclog, type HclogLevel } from '../../src/nomad/hclog.ts';
import { logRecord, type LogRecord } from '../support/nomad-host.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function written(write: (logger: Logger) => void, level?: HclogLevel): readonly LogRecord[] {
  const lines: string[] = [];
  write(
    createHclog({
      ...(level !== undefined && { level }),
      write: (line) => lines.push(line),
      now: () => NOW_MS,
    }),
  );
  return lines.map((line) => {
    expect(line.indexOf('\n')).to.equal(line.length - 1);
    return logRecord(line.trimEnd());
  });
}

const one = (fields: object, message = 'said'): LogRecord =>
  written((logger) => logger.info(fields, message))[0]!;

describe('createHclog', () => {
  it('writes level, message, time with six digits, and pairs', () => {
    expect(one({ taskId: 'web', count: 3, deep: { x: [1] } })).to.deep.equal({
      level: 'info',
      message: 'said',
      timestamp: '2026-01-02T03:04:05.678000Z',
      fields: { '@module': 'rkt-streams', taskId: 'web', count: 3, deep: { x: [1] } },
    });
  });

  it('has the four levels, and writes those from the one it was given on', () => {
    const all = (logger: Logger): void => {
      logger.debug({}, 'debug');
      logger.info({}, 'info');
      logger.warn({}, 'warn');
      logger.error({}, 'error');
    };
    const levels = HCLOG_LEVELS.map((level) => written(all, level).map((record) => record.level));
    expect(levels).to.deep.equal([
      ['debug', 'info', 'warn', 'error'],
      ['info', 'warn', 'error'],
      ['warn', 'error'],
      ['error'],
      [],
    ]);
    expect(written(all)).to.have.length(4);
  });

  it('lets no field pass for level, message or time', () => {
    const { level, message, fields } = one({ '@level': 7, '@message': {}, '@timestamp': 0, '@': 1 });
    expect({ level, message }).to.deep.equal({ level: 'info', message: 'said' });
    expect(fields).to.include({ level: 7, timestamp: 0, field: 1 });
  });

  [7, undefined, null, { a: 1 }].forEach((message) => {
    it(`writes ${JSON.stringify(message)} as a text where a message should be`, () => {
      expect(one({}, message as unknown as string).message).to.be.a('string');
    });
  });

  it('writes an error as its message and its code', () => {
    const { fields } = one({
      error: Object.assign(new Error('no such signal'), { code: 'RKT_ERR_SIGNAL' }),
      cause: new Error('x'),
    });
    expect(fields).to.deep.equal({
      '@module': 'rkt-streams',
      error: 'no such signal',
      error_code: 'RKT_ERR_SIGNAL',
      cause: 'x',
    });
  });

  it('writes what goes in circles, and line ends inside of a message', () => {
    const circle: Record<string, unknown> = { big: 2n ** 60n };
    circle['self'] = circle;
    expect(one({ circle }, 'two\nlines').message).to.equal('two\nlines');
  });

  it('cuts the long values of a line over 64 KiB', () => {
    const { message, fields } = one(
      { out: 'é'.repeat(40_000), list: Array(30_000).fill('x'), id: 'web' },
      'failed',
    );
    expect(message).to.equal('failed');
    expect(fields).to.include({ id: 'web', shortened: true });
    expect(fields['out']).to.have.length(2049);
    expect(fields['list']).to.have.length(2049);
  });

  it('leaves the fields out when there are too many', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, 'x'.repeat(2_000)]));
    const { message, fields } = one(many, 'm'.repeat(100_000));
    expect(message).to.have.length(2049);
    expect(fields).to.deep.equal({ '@module': 'rkt-streams', shortened: true });
  });
});
