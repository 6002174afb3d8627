import { expect } from 'chai';
import { readFile, readdir } from 'node:fs/promises';

import { ERROR_CATALOGUE, type ErrorCode } from '../../src/model/error-catalogue.ts';
import { RktError, isRktError, taskNotFound } from '../../src/model/rkt-error.ts';

const ROOT = new URL('../../', import.meta.url);
const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

/** The page's sections by their headings, in its order. */
async function documented(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(new URL('docs/errors.md', ROOT), 'utf8');
  const sections = page.split(/^### /m).slice(1);
  return new Map(sections.map((text) => [text.slice(0, text.indexOf('\n')), text.split(/^## /m)[0] ?? '']));
}

describe('docs/errors.md', () => {
  let sections: ReadonlyMap<string, string>;

  before(async () => {
    sections = await documented();
  });

  it('has one heading for each code, in the order of the catalogue', () => {
    expect([...sections.keys()]).to.deep.equal(codes);
  });

  for (const code of codes) {
    it(`says of ${code} what the catalogue says, and when it happens`, () => {
      const section = sections.get(code) ?? '';
      const { meaning, remedy, recoverable } = ERROR_CATALOGUE[code];
      expect(section).to.include(`\n${meaning.replace(/\.?$/, '.')}\n`);
      expect(section).to.include(`\n- **What to do:** ${remedy}\n`);
      expect(section).to.include(`\n- **Recoverable:** ${recoverable ? 'yes' : 'no'}\n`);
      expect(section).to.match(/^- \*\*When:\*\* .{20,}\.\)?$/m);
    });
  }
});

describe('ERROR_CATALOGUE', () => {
  for (const code of codes) {
    it(`gives ${code} a remedy that is a sentence`, () => {
      expect(code).to.match(/^RKT_ERR_[A-Z]+(_[A-Z]+)*$/);
      expect(ERROR_CATALOGUE[code].meaning).to.have.length.above(10);
      expect(ERROR_CATALOGUE[code].remedy).to.match(/^[A-Z].{10,}\.$/);
    });
  }

  it('lets a retry help in no case but that of a network, of resources that had run out, and of an agent that was busy', () => {
    expect(codes.filter((code) => ERROR_CATALOGUE[code].recoverable)).to.deep.equal([
      'RKT_ERR_NETWORK',
      'RKT_ERR_RESOURCES',
      'RKT_ERR_AGENT_BUSY',
    ]);
  });

  it('has no code that nothing throws', async () => {
    const names = await readdir(new URL('src/', ROOT), { recursive: true });
    const sources = names.filter((name) => name.endsWith('.ts'));
    const texts = await Promise.all(sources.map((name) => readFile(new URL(`src/${name}`, ROOT), 'utf8')));
    const text = texts.join('\n');
    expect(codes.filter((code) => !text.includes(`'${code}'`))).to.deep.equal([]);
  });
});

describe('RktError', () => {
  it('says what happened and what to do', () => {
    const error = new RktError('RKT_ERR_RKT_FAILED', 'rkt rm exited 254.');
    expect(error.message).to.equal('rkt rm exited 254. Read the quoted message of rkt.');
    expect(error).to.include({ name: 'RktError', code: 'RKT_ERR_RKT_FAILED', recoverable: false });
    expect(error.what).to.equal('rkt rm exited 254.');
  });

  it('takes the word of its cause on whether a retry can help', () => {
    expect(new RktError('RKT_ERR_IMAGE', '', { recoverable: true }).recoverable).to.equal(true);
    expect(new RktError('RKT_ERR_IMAGE', '').recoverable).to.equal(false);
  });

  it('falls back on the meaning of its code', () => {
    expect(new RktError('RKT_ERR_SHUTDOWN', '').message).to.equal(
      'The driver was shut down. Create a new driver and recover the tasks.',
    );
  });

  it('keeps its cause and its details', () => {
    const cause = new Error('EIO');
    const error = new RktError('RKT_ERR_CGROUP', 'failed', { cause, taskId: 'one', exitCode: 3 });
    expect(error.cause).to.equal(cause);
    expect(error.details).to.include({ taskId: 'one', exitCode: 3 });
  });

  it('has no cause when none was given', () => {
    expect(new RktError('RKT_ERR_CGROUP', 'failed')).not.to.have.property('cause');
  });
});

describe('isRktError', () => {
  it('knows the errors of the library, and their codes', () => {
    const error = new RktError('RKT_ERR_STOP', '');
    expect(isRktError(error)).to.equal(true);
    expect(isRktError(error, 'RKT_ERR_STOP')).to.equal(true);
    expect(isRktError(error, 'RKT_ERR_STATS')).to.equal(false);
    expect(isRktError(new Error('RKT_ERR_STOP'))).to.equal(false);
    expect(isRktError(undefined)).to.equal(false);
  });
});

describe('taskNotFound', () => {
  it("begins with Nomad's own words and names the task", () => {
    const error = taskNotFound('web');
    expect(error.message).to.match(/^task not found for given id: "web"/);
    expect(error).to.deep.include({ code: 'RKT_ERR_TASK_NOT_FOUND', details: { taskId: 'web' } });
  });
});
