import assert from 'node:assert/strict';

/** What a call throws or rejects with; fails where it does neither. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  assert.fail('the call succeeded');
}
