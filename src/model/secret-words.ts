import { HIDDEN } from './hidden.ts';
import { credentialsIn, withoutCredentials } from './url-credentials.ts';

/** A word of an rkt command line. */
export interface CommandWord {
  readonly text: string;
  /**
   * The word as it may be shown: unchanged, unless it contains a value of a variable or credentials, or belongs to
   * the command of an app.
   */
  readonly shown: string;
  /** The hidden part; undefined when it is the whole word. */
  readonly secret: string | undefined;
}

const VARIABLE_FLAG = /^(--(?:set-env|environment))(?:=([^]*))?$/;
const POD = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/**
 * The words of an rkt command line, with the secret ones marked: the values of `--set-env` and `--environment`, the
 * credentials of URLs, the words after `--` (arguments of an app), and those after the pod of `enter` (a command to
 * execute).
 */
export function commandWords(argv: readonly string[]): readonly CommandWord[] {
  let isCommand = false;
  let isEnter = false;
  let isVariable = false;
  return argv.map((text) => {
    if (isCommand) return { text, shown: HIDDEN, secret: text };
    if (isVariable) {
      isVariable = false;
      return variable(text, '', text);
    }
    const [, flag, pair] = VARIABLE_FLAG.exec(text) ?? [];
    if (flag !== undefined && pair !== undefined) return variable(text, `${flag}=`, pair);
    isVariable = flag !== undefined;
    isCommand = text === '--' || (isEnter && POD.test(text));
    isEnter ||= text === 'enter';
    return { text, shown: withoutCredentials(text), secret: credentialsIn(text) };
  });
}

/** A command line as errors and logs may contain it. */
export function shownWords(argv: readonly string[]): readonly string[] {
  return commandWords(argv).map(({ shown }) => shown);
}

function variable(text: string, before: string, pair: string): CommandWord {
  const at = pair.indexOf('=');
  const name = at === -1 ? '' : pair.slice(0, at + 1);
  return { text, shown: `${before}${name}${HIDDEN}`, secret: pair.slice(name.length) };
}

/** Shorter values occur in every text and reveal nothing. */
const SHORTEST = 4;

/** The output of a program about its input, without the values in it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const start = withoutCredentials(text);
  return unique.reduce((rest, form) => rest.replaceAll(new RegExp(wholeWord(form), 'gu'), HIDDEN), start);
}

/** `error` must not match `errors`: text that quotes a value separates it from the words around it. */
function wholeWord(form: string): string {
  const before = /^\w/.test(form) ? '(?<!\\w)' : '';
  const after = /\w$/.test(form) ? '(?!\\w)' : '';
  return `${before}${form.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}${after}`;
}
