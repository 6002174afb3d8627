import { readFileSync, readdirSync } from 'node:fs';

import { expect } from 'chai';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC, type AttributeSpec } from '../../src/model/plugin.ts';
import { taskConfigSchema } from '../../src/model/task-config.ts';
import { blocksOf, hclObject, parseHcl, type HclBlock, type HclBody } from '../support/hcl.ts';

const DIRECTORY = 'examples/nomad';
const FILES = readdirSync(DIRECTORY).map((name) => `${DIRECTORY}/${name}`);
const JOBS = FILES.filter((file) => file.endsWith('.nomad'));
const PAGE = 'docs/nomad.md';

const read = (file: string): string => readFileSync(file, 'utf8');
const tasksOf = (body: HclBody): readonly HclBlock[] =>
  blocksOf(body, 'task').filter(({ attributes }) => attributes['driver'] === PLUGIN_INFO.name);
const configOf = (block: HclBlock): HclBody => {
  const [config, ...others] = block.blocks.filter(({ type }) => type === 'config');
  expect(others, `config blocks of ${block.labels.join()}`).to.deep.equal([]);
  return config ?? { attributes: {}, blocks: [] };
};

/** The HCL of the page, each with the line it begins at. */
const fragments = [...read(PAGE).matchAll(/^```hcl\n([^]*?)^```$/gm)].map(({ index, 1: text = '' }) => ({
  at: `${PAGE}:${read(PAGE).slice(0, index).split('\n').length}`,
  text,
}));

/** What is written as an attribute is one there, and what is written as a block is a block. */
function checkForms(body: HclBody, spec: readonly AttributeSpec[]): void {
  const known = (form: AttributeSpec['form']): string[] =>
    spec.filter((one) => one.form === form).map(({ name }) => name);
  expect(spec.map(({ name }) => name)).to.include.members(Object.keys(body.attributes));
  expect(known('block')).to.include.members(body.blocks.map(({ type }) => type));
  for (const block of body.blocks) {
    const inner = spec.find(({ name }) => name === block.type)?.attributes;
    if (inner !== undefined) checkForms(block, inner);
  }
}

function checkTask(task: HclBlock): void {
  const config = configOf(task);
  checkForms(config, TASK_CONFIG_SPEC);
  taskConfigSchema.parse(hclObject(config));
}

describe('the examples for Nomad', () => {
  it('are an agent and two jobs', () => {
    expect(FILES).to.have.members(
      ['agent.hcl', 'batch.nomad', 'rkt.nomad'].map((name) => `${DIRECTORY}/${name}`),
    );
  });

  it('configure the plugin by the name that install gives it, with options it has', () => {
    const [plugin, ...others] = blocksOf(parseHcl(read(`${DIRECTORY}/agent.hcl`)), 'plugin');
    expect(others).to.deep.equal([]);
    expect(plugin?.labels).to.deep.equal(['rkt']);
    const config = configOf(plugin as HclBlock);
    checkForms(config, CONFIG_SPEC);
    driverConfigSchema.parse(hclObject(config));
  });

  for (const file of JOBS) {
    describe(file, () => {
      const body = parseHcl(read(file));

      it('has tasks of the driver, whose configuration is right', () => {
        expect(tasksOf(body)).not.to.deep.equal([]);
        for (const task of tasksOf(body)) checkTask(task);
      });

      it('uses no port that its group does not have', () => {
        for (const group of blocksOf(body, 'group')) {
          const labels = blocksOf(group, 'port').flatMap(({ labels: [label = ''] }) => [label]);
          const text = JSON.stringify(group);
          const used = [...text.matchAll(/NOMAD_(?:PORT|ADDR|HOST_PORT|IP)_(\w+)/g)].map(
            ([, label]) => label,
          );
          expect(labels).to.include.members(used);
        }
      });

      it('is a job of a type that Nomad has', () => {
        const [job] = blocksOf(body, 'job');
        expect(job?.attributes['type']).to.be.oneOf(['service', 'batch']);
      });
    });
  }
});

describe(PAGE, () => {
  it('has HCL that can be read, with configurations that are right', () => {
    expect(fragments).to.have.length.greaterThan(2);
    for (const { at, text } of fragments) {
      const body = parseHcl(text);
      for (const task of tasksOf(body)) checkTask(task);
      for (const config of body.blocks.filter(({ type }) => type === 'config')) {
        expect(() => taskConfigSchema.parse(hclObject(config)), at).not.to.throw();
      }
    }
  });

  it('names every option of the plugin, with its default', () => {
    const flat = CONFIG_SPEC.flatMap((spec) => [
      spec,
      ...(spec.attributes ?? []).map((one) => ({ ...one, name: `${spec.name}.${one.name}` })),
    ]);
    for (const { name, default: value } of flat) {
      const row = read(PAGE)
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\``));
      expect(row, name).to.be.a('string');
      if (value !== undefined) expect(row).to.include(`\`${JSON.stringify(value)}\``);
    }
  });

  it('names every option of a task', () => {
    for (const { name } of TASK_CONFIG_SPEC) expect(read(PAGE)).to.include(`\`${name}\``);
  });

  it('links the examples', () => {
    for (const file of FILES) expect(read(PAGE)).to.include(`../${file}`);
  });
});

describe('the reader of HCL', () => {
  it('reports attributes, blocks with labels, texts of many lines and nested values apart', () => {
    const body = parseHcl(
      'a = [1, "x", true,]\nb "c" "d" {\n  e = { f = "${env["G"]}", h = "i" }\n}\nj = <<-EOT\n  k\n  EOT\n',
    );
    expect(body.attributes).to.deep.equal({ a: [1, 'x', true], j: '  k\n' });
    expect(body.blocks.map(({ type, labels, line }) => ({ type, labels, line }))).to.deep.equal([
      { type: 'b', labels: ['c', 'd'], line: 2 },
    ]);
    expect(hclObject(body)).to.have.deep.property('b', { e: { f: '${env["G"]}', h: 'i' } });
  });

  for (const [wrong, message] of [
    ['a = ', 'line 1: "the end" where a value should be'],
    ['a {\n', 'line 2: "the end" where a name should be'],
    ['a = 1 b = 2', 'line 1: "b" where a new line should be'],
    ['a = 1\na = 2', 'line 2: a is there twice'],
    ['\na = "b', 'line 2: a text has no end'],
    ['a = @', 'line 1: @ is nothing of HCL'],
    ['a = f(1)', 'line 1: "f" where a value should be'],
  ] as const) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(() => parseHcl(wrong)).to.throw(message);
    });
  }
});
