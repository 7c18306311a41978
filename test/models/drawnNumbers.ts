/** How many random numbers JavaScript draws during some work. */
export async function drawnNumbers(work: () => unknown): Promise<number> {
  const { random } = Math;
  let drawn = 0;
  Math.random = () => {
    drawn++;
    return random();
  };
  try {
    await work();
  } finally {
    Math.random = random;
  }
  return drawn;
}
