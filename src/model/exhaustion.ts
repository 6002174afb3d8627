import type { ErrorCode } from './error-catalogue.ts';

const CODES = new Map<string, ErrorCode>([
  ['ENOSPC', 'RKT_ERR_NO_SPACE'],
  ['EDQUOT', 'RKT_ERR_NO_SPACE'],
  ['EMFILE', 'RKT_ERR_RESOURCES'],
  ['ENFILE', 'RKT_ERR_RESOURCES'],
  ['ENOMEM', 'RKT_ERR_RESOURCES'],
  ['EAGAIN', 'RKT_ERR_RESOURCES'],
]);

const TEXTS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no space left on device|disk quota exceeded/i, 'RKT_ERR_NO_SPACE'],
  [
    /too many open files|cannot allocate memory|resource temporarily unavailable|fork: .*(?:memory|resource)/i,
    'RKT_ERR_RESOURCES',
  ],
];

/** The code of a system error that means exhausted resources; undefined for every other error. */
export function exhaustionCode(error: unknown): ErrorCode | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = 'code' in each && typeof each.code === 'string' ? CODES.get(each.code) : undefined;
    if (code !== undefined) return code;
  }
  return undefined;
}

/** The same for the message of a program that failed. */
export function exhaustionInText(text: string): ErrorCode | undefined {
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1];
}
