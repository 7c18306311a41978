/**
 * Class names that differ only in how a computer writes them are one class: 'é' as one character or as two (NFC and NFD, as
 * macOS writes it), blanks at the ends. Names that differ in capital letters are one class where no part has both ('Cats' for
 * training, 'cats' for validation), and two, with a warning, where one has.
 *
 * @param parts the names in each part
 * @param what a name is written on, for the warning: 'folders', 'rows'
 * @returns the class of each name, and what to tell
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
      ? 'with blanks at the ends'
      : 'in two codings of the same letters (NFC and NFD)';
    warnings.push(`the class '${name}' is written ${why}: its ${what} are taken as one class`);
  }
  const small = (name: string) => name.toLowerCase();
  for (const alike of grouped([...new Set(classOf.values())], small)) {
    if (alike.length < 2) continue;
    const quoted = alike.map((name) => `'${name}'`).join(' and ');
    const together = parts.some(
      (part) => new Set(part.map((name) => classOf.get(name)!).filter((name) => alike.includes(name))).size > 1,
    );
    if (together) {
      warnings.push(`${quoted} are taken as ${alike.length} classes: if they are one, give their ${what} one name`);
      continue;
    }
    for (const [name, className] of classOf) if (alike.includes(className)) classOf.set(name, alike[0]!);
    warnings.push(`${quoted} differ in capital letters only, and are taken as one class, '${alike[0]}'`);
  }
  return { classOf, warnings };
}

function grouped(names: readonly string[], keyOf: (name: string) => string): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(keyOf(name), [...(groups.get(keyOf(name)) ?? []), name]);
  return [...groups.values()];
}
