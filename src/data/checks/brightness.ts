/** Perceived brightness of a colour, 0 to 255, by the HSP colour model (Finley 2006). */
export function perceivedBrightness(red: number, green: number, blue: number): number {
  return Math.sqrt(0.241 * red * red + 0.691 * green * green + 0.068 * blue * blue);
}
