/**
 * Merge class names that differ only in spelling: in the Unicode form ('é' as one character or two, NFC and NFD), in spaces at the
 * start or end, or in capital letters. Names that differ in capital letters and occur in the same part stay two classes, with a
 * warning; in different parts ('Cats' for training, 'cats' for validation) they are one.
 *
 * @param parts the names in each part
 * @param what where names come from, for warnings: 'folders' or 'rows'
 * @returns the class of each name, and warnings
 */
export function uniteNames(
  parts: readonly (readonly string[])[],
  what: string,
): { classOf: Map<string, string>; warnings: string[] } {
  const names = [...new Set(parts.flat())];
  const classOf = new Map(names.map((name) => [name, name.normalize('NFC').trim()]));
  const warnings: string[] = [];
  for (const spellings of grouped(names, (name) => classOf.get(name)!)) {
    if (spellings.length < 2) continue;
    const name = classOf.get(spellings[0]!)!;
    const why = spellings.some((spelling) => spelling !== spelling.trim())
      ? 'with spaces at the start or end'
      : 'in two Unicode forms (NFC and NFD)';
    warnings.push(`the class '${name}' is written ${why}: its ${what} are treated as one class`);
  }
  const small = (name: string) => name.toLowerCase();
  for (const alike of grouped([...new Set(classOf.values())], small)) {
    if (alike.length < 2) continue;
    const quoted = alike.map((name) => `'${name}'`).join(' and ');
    const together = parts.some(
      (part) => new Set(part.map((name) => classOf.get(name)!).filter((name) => alike.includes(name))).size > 1,
    );
    if (together) {
      warnings.push(
        `${quoted} are treated as ${alike.length} classes: if they are one class, give their ${what} the same name`,
      );
      continue;
    }
    for (const [name, className] of classOf) if (alike.includes(className)) classOf.set(name, alike[0]!);
    warnings.push(`${quoted} differ in capital letters only, and are treated as one class, '${alike[0]}'`);
  }
  return { classOf, warnings };
}

function grouped(names: readonly string[], keyOf: (name: string) => string): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(keyOf(name), [...(groups.get(keyOf(name)) ?? []), name]);
  return [...groups.values()];
}
