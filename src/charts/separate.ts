/**
 * Move overlapping labels apart by the smallest total squared distance (pool adjacent violators, Ayer et al. 1955), within
 * the height of the plot.
 *
 * @param labels sorted from top to bottom, `place` in pixels; they are changed in place
 * @param height of the plot in pixels
 * @param lineHeight height of a label in pixels
 */
export function separate(labels: readonly { place: number }[], height: number, lineHeight: number): void {
  // groups of touching labels; `top` is the best place for the first label of the group
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
