/** Numbers from 0 to 1, the same again from the same seed (the generator of Park and Miller). */
export function seededNumbers(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
