/** The fault of an invalid JSON text, without quoting the text as the message of Node does. */
export function jsonFault(error: SyntaxError): string {
  if (/unexpected end/i.test(error.message)) return 'it is not valid JSON: unexpected end';
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? 'it is no JSON' : `it is not valid JSON from position ${position} on`;
}
