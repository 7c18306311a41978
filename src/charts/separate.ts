/**
 * Move labels that overlap apart, as little as can be (least squares, by pooling neighbours: Ayer et al. 1955), and keep all
 * beside the plot.
 *
 * @param labels from the top down, `place` in pixels; they are moved
 * @param height of the plot in pixels
 * @param lineHeight that a label takes, in pixels
 */
export function separate(labels: readonly { place: number }[], height: number, lineHeight: number): void {
  // groups of labels that touch; `top` is where the first of them would lie best
  const groups: { top: number; size: number }[] = [];
  for (const { place } of labels) {
    let group = { top: place, size: 1 };
    for (let above = groups.at(-1); above && above.top + above.size * lineHeight > group.top; above = groups.at(-1)) {
      const size = above.size + group.size;
      const top = (above.size * above.top + group.size * (group.top - above.size * lineHeight)) / size;
      group = { top, size };
      groups.pop();
    }
    groups.push(group);
  }
  const places = groups.flatMap(({ top, size }) => Array.from({ length: size }, (_, i) => top + i * lineHeight));
  const shift = Math.max(0, -(places[0] ?? 0)) - Math.max(0, (places.at(-1) ?? 0) - height);
  labels.forEach((label, i) => {
    label.place = places[i]! + shift;
  });
}
