import { expect } from 'chai';

import { fieldsOf, parseTemplate } from '../../src/model/go-template.ts';
import { expectRktError } from '../support/errors.ts';

describe('parseTemplate', () => {
  const value = { ID: 'a', Labels: { x: '1' }, Pid: 7, Gone: undefined };
  const cases: readonly (readonly [string, string])[] = [
    ['{{.ID}}', 'a'],
    ['{{ .ID }}\\t{{.Pid}}', 'a\t7'],
    ['id: {{- .ID -}}\\n', 'id: a\n'],
    ['{{json .Labels}} {{json .ID}}', '{"x":"1"} "a"'],
    ['{{.Labels.x}} {{.Labels}}', '1 {"x":"1"}'],
    ['{{json .}}', '{"ID":"a","Labels":{"x":"1"},"Pid":7}'],
    ['{{.Gone}}{{json .Gone}}', 'null'],
    ['no field', 'no field'],
  ];
  cases.forEach(([text, printed]) => {
    it(text, () => expect(parseTemplate(text)(value)).to.equal(printed));
  });

  [
    '{{range .X}}{{end}}',
    '{{if .ID}}',
    '{{.ID | upper}}',
    '{{',
    '{{.ID',
    '{{printf "%s" .ID}}',
    '{{}}',
  ].forEach((text) => {
    it(`refuses ${text}`, () => {
      const { message } = expectRktError(() => parseTemplate(text), 'RKT_ERR_OPTIONS');
      expect(message).to.include('is not supported');
    });
  });

  it('names the fields that there are', () => {
    const early = expectRktError(() => parseTemplate('{{.Nope}}', ['ID', 'Pid']), 'RKT_ERR_OPTIONS');
    expect(early.message).to.include('there is no field .Nope; the fields are .ID, .Pid');
    const late = expectRktError(() => parseTemplate('{{.Labels.y}}')(value), 'RKT_ERR_OPTIONS');
    expect(late.message).to.include('there is no field .Labels.y; the fields are .x');
    expectRktError(() => parseTemplate('{{.toString}}')(value), 'RKT_ERR_OPTIONS');
  });

  it('knows the fields of a table', () => {
    expect(fieldsOf('{{.ID}} x {{json .Labels}}')).to.deep.equal(['ID', 'Labels']);
  });
});
