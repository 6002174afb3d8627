import { expect } from 'chai';

import { CONFIG_SPEC, TASK_CONFIG_SPEC, type AttributeSpec } from '../../src/model/plugin.ts';
import type { Spec } from '../../src/nomad/generated/hashicorp/nomad/plugins/shared/hclspec/Spec.ts';
import { hclSpec } from '../../src/nomad/hclspec.ts';
import { messageDefinition } from '../../src/nomad/protos.ts';

const hexOf = (text: string): string => Buffer.from(text).toString('hex');

function bytesOf(specs: readonly AttributeSpec[]): string {
  const definition = messageDefinition<Spec>('hashicorp.nomad.plugins.shared.hclspec.Spec');
  return definition.serialize(hclSpec(specs)).toString('hex');
}

const attributesOf = (specs: readonly AttributeSpec[]): Record<string, Spec> =>
  hclSpec(specs).object?.attributes ?? {};

const named = (name: string): readonly AttributeSpec[] =>
  [...CONFIG_SPEC, ...TASK_CONFIG_SPEC].filter((spec) => spec.name === name);

const literalOf = (value: AttributeSpec['default']): string | undefined => {
  const spec: AttributeSpec = { name: 'a', type: 'string', form: 'attribute', required: false };
  const [written] = Object.values(attributesOf([value === undefined ? spec : { ...spec, default: value }]));
  return written?.default?.default?.literal?.value;
};

describe('hclSpec', () => {
  it('writes an attribute with a default, byte for byte', () => {
    const name = `0a0f${hexOf('volumes_enabled')}`;
    const primary = `0a191a17${name}1204${hexOf('bool')}`;
    const literal = `120852060a04${hexOf('true')}`;
    expect(bytesOf(named('volumes_enabled'))).to.equal(`0a3c0a3a${name}12274a25${primary}${literal}`);
  });

  it('writes a required attribute, byte for byte', () => {
    const image = `0a05${hexOf('image')}`;
    expect(bytesOf(named('image'))).to.equal(`0a1e0a1c${image}12131a11${image}1206${hexOf('string')}1801`);
  });

  it('writes blocks that come several times as an attribute, which takes both forms', () => {
    expect(attributesOf(TASK_CONFIG_SPEC)['port_map']).to.deep.equal({
      Attr: { name: 'port_map', type: 'list(map(string))' },
    });
  });

  it('gives a block that is left out the defaults of its attributes', () => {
    const { gc } = attributesOf(CONFIG_SPEC);
    expect(gc?.default?.primary?.block_value).to.include({ name: 'gc' });
    expect(Object.keys(gc?.default?.primary?.block_value?.nested?.object?.attributes ?? {})).to.include(
      'pod',
    );
    expect(gc?.default?.default).to.deep.equal({
      literal: { value: '{ pod = true, image = false, image_delay = "3m" }' },
    });
  });

  it('has every attribute of both schemas under its own name', () => {
    for (const specs of [CONFIG_SPEC, TASK_CONFIG_SPEC]) {
      const written = attributesOf(specs);
      expect(Object.keys(written)).to.deep.equal(specs.map(({ name }) => name));
      for (const [key, spec] of Object.entries(written)) {
        const { Attr, block_value: block } = spec.default?.primary ?? spec;
        expect((Attr ?? block)?.name).to.equal(key);
      }
    }
  });

  it('writes a block without any default as it is', () => {
    const block: AttributeSpec = {
      name: 'b',
      type: 'object',
      form: 'block',
      required: true,
      attributes: [{ name: 'a', type: 'string', form: 'attribute', required: false }],
    };
    expect(attributesOf([block])['b']?.block_value).to.include({ name: 'b', required: true });
    expect(attributesOf([{ ...block, attributes: [] }])['b']?.block_value?.nested).to.deep.equal({
      object: { attributes: {} },
    });
  });

  const literals: readonly (readonly [NonNullable<AttributeSpec['default']>, string])[] = [
    [true, 'true'],
    [3, '3'],
    ['5m', '"5m"'],
    ['say "hi"\n', '"say \\"hi\\"\\n"'],
    ['${a} %{b} $c', '"$${a} %%{b} $c"'],
    ['\b\f', '"\\u0008\\u000c"'],
    ['C:\\bin\\f', '"C:\\\\bin\\\\f"'],
    [['a', 'b'], '["a", "b"]'],
    [[], '[]'],
  ];
  for (const [value, text] of literals) {
    it(`writes ${JSON.stringify(value)} as ${text}`, () => expect(literalOf(value)).to.equal(text));
  }

  it('has no default where there is none', () => expect(literalOf(undefined)).to.equal(undefined));
});
