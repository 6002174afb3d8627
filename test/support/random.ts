/** Park and Miller's generator: 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
