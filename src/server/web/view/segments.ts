import { h, setAttribute } from './dom.ts';

/** A few buttons of which one is pressed. */
export interface Segments<Value extends string> {
  readonly element: HTMLElement;
  value(): Value;
  /** Presses another one, without a call back. */
  set(value: Value): void;
}

export function segments<Value extends string>(
  label: string,
  choices: readonly (readonly [Value, string])[],
  first: Value,
  onChange: (value: Value) => void,
): Segments<Value> {
  let current = first;
  const buttons = choices.map(([value, text]) => ({
    value,
    button: h('button', { type: 'button', click: () => choose(value) }, text),
  }));
  const mark = (): void =>
    buttons.forEach(({ value, button }) => setAttribute(button, 'aria-pressed', String(value === current)));
  const set = (value: Value): void => {
    current = value;
    mark();
  };
  const choose = (value: Value): void => {
    set(value);
    onChange(value);
  };
  mark();
  const element = h('div', { class: 'segments', role: 'group', 'aria-label': label });
  element.append(...buttons.map(({ button }) => button));
  return { element, value: () => current, set };
}
