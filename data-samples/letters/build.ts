import { type Drawing, drawSample } from '../drawSample';
import { type Look, letterSvg, lookNames } from './letterSvg';
import { listTypefaces, type Typeface } from './typefaces';

/** The classes: letters of which some differ in one stroke only, as `P` and `R` do. */
export const letters = ['B', 'D', 'G', 'K', 'P', 'R', 'S', 'Z'] as const;

interface Letter extends Drawing {
  letter: string;
  typeface: Typeface;
  look: Look;
}

/**
 * Draw the letters sample: eight capital letters in more than seventy typefaces, each once in print (black on white, upright)
 * and once as on a poster (in colours, smaller and tilted), as PNG pictures of 224 x 224 named
 * `<letter>/<typeface>__<look>.png`, with `labels.csv` (the group of a picture is its typeface) and `LICENSES.md` next to the
 * class folders.
 *
 * @param folder folder to write
 * @param onProgress called after each picture
 */
export async function buildLetterSamples(
  folder: string,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const list = () => {
    const typefaces = listTypefaces();
    const drawings = listLetters(typefaces);
    return { drawings, texts: { 'labels.csv': labelsCsv(drawings), 'LICENSES.md': licencesText(typefaces) } };
  };
  await drawSample(folder, list, onProgress);
}

function listLetters(typefaces: readonly Typeface[]): Letter[] {
  return letters.flatMap((letter) =>
    typefaces.flatMap((typeface) =>
      lookNames.map((look) => {
        const file = `${letter}/${typeface.name}__${look}.png`;
        return { file, svg: letterSvg(typeface.font.getPath(letter, 0, 0, 200), look, file), letter, typeface, look };
      }),
    ),
  );
}

/** Pictures with the same `group` must not be on both sides of a split: the question is how letters of a new typeface are read. */
function labelsCsv(drawings: readonly Letter[]): string {
  const rows = drawings.map(({ file, letter, typeface: { name, style, licence }, look }) =>
    [file, letter, name, name, style, look, licence].join(','),
  );
  return `${['file,class,group,typeface,style,look,licence', ...rows].join('\n')}\n`;
}

function licencesText(typefaces: readonly Typeface[]): string {
  return [
    '# Where these pictures come from',
    '',
    'Letters of these typefaces. The typeface is the first part of the name of a picture.',
    '',
    '| typeface | style | licence | package | copyright |',
    '| --- | --- | --- | --- | --- |',
    ...typefaces.map(
      ({ name, title, style, licence, licenceUrl, version, copyright }) =>
        `| ${title} | ${style} | [${licence}](${licenceUrl}) | @fontsource/${name} ${version} | ${copyright} |`,
    ),
    '',
    'Changes: single letters were drawn at 224 x 224 pixels, once black on white and once in colours, and saved as PNG. The licences',
    'are those of the fonts, which are not in this folder; they allow pictures of their letters.',
    '',
  ].join('\n');
}
