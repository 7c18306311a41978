import { classes } from './concepts';
import type { Sample } from './sample';

/**
 * The labels as CSV. Pictures with the same `group` must not be on both sides of a split: pictures of one concept look alike in all styles.
 */
export function labelsCsv(samples: readonly Sample[]): string {
  const rows = samples.map((s) => [s.file, s.class, s.name, s.name, s.style.name, s.style.origin.licence].join(','));
  return `${['file,class,group,concept,style,licence', ...rows].join('\n')}\n`;
}

/** Where the pictures come from, under which licences they may be used, and how they were changed. */
export function licencesText(samples: readonly Sample[]): string {
  const styles = [...new Set(samples.map(({ style }) => style))];
  const rows = styles.map(({ name, origin }) => {
    const count = samples.filter(({ style }) => style.name === name).length;
    const licence = `[${origin.licence}](${origin.licenceUrl})`;
    return `| ${name} | ${count} | [${origin.title}](${origin.source}), ${origin.author} | ${licence} | ${origin.package} ${origin.version} |`;
  });
  return [
    '# Where these pictures come from',
    '',
    `${samples.length} emoji of ${classes.length} classes. The style is the part of a file's name after \`__\`; its licence is also in labels.csv.`,
    '',
    '| style | pictures | drawn by | licence | package |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Changes: each SVG was drawn at 224 x 224 pixels with a margin of 16 on white, and saved as PNG. The pictures keep the',
    'licence of their style. CC-BY asks to name the author and the change; CC-BY-SA (openmoji) also asks to publish work made',
    'from the pictures under the same licence.',
    '',
  ].join('\n');
}
