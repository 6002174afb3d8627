/** What is wrong with a text that is no JSON, without quoting any of it, as the message of Node does. */
export function jsonFault(error: SyntaxError): string {
  if (/unexpected end/i.test(error.message)) return 'it is no JSON: it ends too early';
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? 'it is no JSON' : `it is no JSON from position ${position} on`;
}
