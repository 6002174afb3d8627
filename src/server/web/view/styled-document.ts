/**
 * The document for a library that writes style elements and style attributes, which the policy of the page forbids: its rules go
 * into a constructed sheet, and its attributes into the style of the element, both of which are the page's own code to the browser.
 */
export function styledDocument(): Document {
  return new Proxy(document, {
    get(target, key) {
      if (key === 'createElement') return create;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Calls what uses the global document in spite of the one that it was given, as xterm 6 does for the styles of its scroll bar. */
export function withStyledGlobal(call: () => void): void {
  Object.defineProperty(document, 'createElement', { value: create, configurable: true });
  try {
    call();
  } finally {
    Reflect.deleteProperty(document, 'createElement');
  }
}

const original: (name: string) => HTMLElement = Reflect.get(Document.prototype, 'createElement');

function create(name: string): HTMLElement {
  // Even an empty style element is refused.
  const element = original.call(document, name === 'style' ? 'template' : name);
  if (name === 'style') asSheet(element);
  else withStyleAttribute(element);
  return element;
}

function asSheet(element: HTMLElement): void {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
}

function withStyleAttribute(element: HTMLElement): void {
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, name, value);
  };
}
