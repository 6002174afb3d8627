import { expect } from 'chai';

import { refusedField } from '../../../src/server/web/logic/refused-field.ts';
import { startSpec, StartFieldError, type StartFields } from '../../../src/server/web/logic/start-spec.ts';

const NOTHING: StartFields = {
  image: 'docker://nginx',
  name: '',
  command: '',
  args: '',
  env: '',
  ports: '',
  network: '',
  stage1: '',
  memoryMiB: '',
  cpus: '',
};

describe('the form that starts a task', () => {
  it('becomes a task', () => {
    const spec = startSpec(
      { ...NOTHING, args: `-c "a b"`, env: 'A=b=c\n\nD=', ports: '8080:80', memoryMiB: '64', cpus: '0.5' },
      'ab12',
    );
    expect(spec).to.deep.include({ id: 'nginx-ab12', name: 'nginx', env: { A: 'b=c', D: '' } });
    expect(spec.config).to.include({ image: 'docker://nginx' });
    expect(spec.config.args).to.deep.equal(['-c', 'a b']);
    expect(spec.config.port_map).to.deep.equal([{ '80-tcp': '80-tcp' }]);
    expect(spec.resources).to.include({ memoryLimitBytes: 64 * 2 ** 20, cpuQuotaUs: 50_000 });
  });

  it('names the field of what was typed wrong, and no value of a variable', () => {
    const wrong = [
      ['image', ' ', 'Image: give'],
      ['ports', '80', 'Ports: 80 is not HOSTPORT:PORT'],
      ['memoryMiB', '-1', 'Memory limit: -1 is not a number above 0.'],
      ['cpus', 'many', 'CPU limit: many is not a number above 0.'],
      ['env', 'A=b\nhunter2', 'Variables: line 2 is not NAME=VALUE.'],
    ] as const;
    for (const [field, typed, text] of wrong) {
      let error: unknown;
      try {
        startSpec({ ...NOTHING, [field]: typed }, 'ab12');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.instanceOf(StartFieldError).with.property('message').that.includes(text);
      expect(String(error)).to.not.include('hunter2');
      expect(refusedField(error)).to.equal(field);
    }
  });

  it('has the field of what the agent refuses', () => {
    const refused: readonly (readonly [string, string | undefined])[] = [
      ['task.config.image: Too small: expected string to have >=1 characters.', 'image'],
      ['task.name: Too small: expected string to have >=1 characters (got "").', 'name'],
      [
        `rkt could not start pod 9b60dc54: run: can't execute "/no/such": no such file or directory.`,
        'command',
      ],
      ['a word of args contains a NUL byte.', 'args'],
      ['task.resources.ports.0.value: Too big: expected number to be <=65535 (got 99999).', 'ports'],
      ['task.resources.memoryLimitBytes: Too small: expected number to be >=4096 (got 100).', 'memoryMiB'],
      ['task.resources.cpuQuotaUs: Too small: expected number to be >=1000 (got 1).', 'cpus'],
      ['task.env.1 BAD: Invalid key in record: is not a variable name (got a string).', 'env'],
      ['"--set-env=A=…" contains a NUL byte.', 'env'],
      [
        'The task has net = ["default"], which would have no effect: fly runs every app in the network',
        'network',
      ],
      ['stage1: failed to setup network: networks not found: nonet.', 'network'],
      ['The task has stage1 = "bogus", which would have no effect: the embedded rkt has fly.', 'stage1'],
      ['There is a task web already.', undefined],
      ['The agent cannot be reached.', undefined],
    ];
    for (const [message, field] of refused) expect(refusedField(new Error(message)), message).to.equal(field);
    const ofImage = Object.assign(new Error('rkt cannot use /none.aci'), { code: 'RKT_ERR_IMAGE' });
    expect(refusedField(ofImage)).to.equal('image');
    expect(refusedField('no error')).to.equal(undefined);
  });
});
