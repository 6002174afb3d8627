import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

/** What is wrong, in words. */
const FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value is neither a string, a number, true, false, null, an object nor a list',
  InvalidNumberFormat: 'a number is not valid',
  PropertyNameExpected: 'a name in double quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'the file continues after its end',
  InvalidCommentToken: 'a comment is not valid',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfNumber: 'a number is incomplete',
  InvalidUnicode: 'a \\u in a string is not valid',
  InvalidEscapeCharacter: 'a \\ in a string is not valid',
  InvalidCharacter: 'a character is not valid',
};

/**
 * The value of JSON with comments and trailing commas.
 *
 * @throws SyntaxError with line and column, and no word of the text, which can hold tokens
 */
export function parseJsonc(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const before = text.slice(0, first.offset);
  const line = before.split('\n').length;
  const column = first.offset - before.lastIndexOf('\n');
  const code = printParseErrorCode(first.error);
  throw new SyntaxError(`line ${line}, column ${column}: ${FAULTS[code] ?? 'it is not valid JSON'}`);
}
