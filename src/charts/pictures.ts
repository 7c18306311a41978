import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { counted } from '../core/text';
import { type Chart, chart, colors } from './theme';

/** A picture of {@link pictureGrid}. */
export interface GridPicture {
  /** The picture as a data URI: `data:image/png;base64,...` */
  url: string;
  /** First line of text below the picture, such as its class. */
  label: string;
  /** Second line of text in grey, such as a probability. Default: none */
  detail?: string;
}

/** Options of {@link pictureGrid}. */
export interface GridOptions {
  /** Pictures per row, at least 1. Default: as many as fit into about 840 pixels */
  columns?: number;
  /** Width and height of a picture in pixels, from 16 to 1024. Default: 112 */
  size?: number;
  /** Title. Default: none */
  title?: string;
}

const gap = 12;

/**
 * Pictures in rows and columns, each with its label below.
 *
 * @param pictures with their content as data URIs, so that a saved notebook needs no other file. An empty list gives a chart
 *   with the text 'no pictures'
 * @throws {UserError} when a picture is not a data URI, or an option is unknown or out of range
 *
 * @example
 * ```ts
 * import { charts, thumbnail } from 'tunebook';
 *
 * const url = await thumbnail('photo.jpg');
 * charts.pictureGrid([{ url, label: 'a photo' }]).description; // => '1 picture: a photo'
 * ```
 */
export function pictureGrid(pictures: readonly GridPicture[], options: GridOptions = {}): Chart {
  const given = withDefaults('pictureGrid', options, { columns: 0, size: 112, title: '' });
  const size = checkNumber('pictureGrid: size', given.size, { min: 16, max: 1024 });
  const fitting = Math.max(1, Math.min(pictures.length, Math.floor((840 + gap) / (size + gap))));
  const columns = checkNumber('pictureGrid: columns', given.columns || fitting, { min: 1, integer: true });
  for (const [i, { url, label }] of pictures.entries()) {
    if (/^data:image\/[\w.+-]+[;,]/.test(url)) continue;
    const received = `${String(url).slice(0, 40)}`;
    throw new UserError(
      `pictureGrid: picture ${i} (${label}) must be a data URI such as data:image/png;base64,..., got '${received}'`,
    );
  }
  const detailed = pictures.some(({ detail }) => detail);
  const cell = { width: size + gap, height: size + (detailed ? 34 : 20) + gap };
  const rows = Math.ceil(pictures.length / columns);
  const width = Math.max(columns * cell.width - gap, 120);
  const height = Math.max(rows * cell.height - gap, 20);
  const values = pictures.map(({ url, label, detail = '' }, i) => ({
    url,
    label,
    detail,
    x: (i % columns) * cell.width,
    y: Math.floor(i / columns) * cell.height,
  }));
  const line = (field: string, offset: number, style: object) => ({
    mark: { type: 'text', align: 'left', baseline: 'top', dy: offset, limit: size + gap - 4, ...style },
    encoding: { text: { field, type: 'nominal' } },
  });
  const empty = {
    mark: { type: 'text', align: 'left', baseline: 'top', color: colors.muted, text: 'no pictures' },
    data: { values: [{}] },
    encoding: { x: { value: 0 }, y: { value: 0 } },
  };
  const layers = [
    {
      mark: { type: 'image', width: size, height: size, align: 'left', baseline: 'top', aspect: true },
      encoding: {
        url: { field: 'url', type: 'nominal' },
        tooltip: [
          { field: 'label', type: 'nominal', title: 'label' },
          ...(detailed ? [{ field: 'detail', type: 'nominal', title: 'detail' }] : []),
        ],
      },
    },
    line('label', size + 5, { fontWeight: 600 }),
    ...(detailed ? [line('detail', size + 20, { color: colors.muted })] : []),
  ];
  const place = (field: string, domain: [number, number]) => ({
    field,
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: null,
  });
  const spec = {
    ...(given.title && { title: given.title }),
    width,
    height,
    ...(pictures.length === 0
      ? { layer: [empty] }
      : { data: { values }, encoding: { x: place('x', [0, width]), y: place('y', [height, 0]) }, layer: layers }),
  };
  const heading = given.title || (pictures.length === 0 ? 'no pictures' : counted(pictures.length, 'picture'));
  const lines = pictures.map(({ label, detail }) => (detail ? `${label} (${detail})` : label));
  const description = `${heading}: ${lines.slice(0, 20).join(', ')}${lines.length > 20 ? ` and ${lines.length - 20} more` : ''}`;
  return chart(spec, description, [heading, ...lines.map((text) => `  ${text}`)].join('\n'));
}
