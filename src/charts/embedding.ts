import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns } from '../core/text';
import { type Chart, chart, colors, hues } from './theme';

/** A picture as a point of {@link embeddingChart}. */
export interface EmbeddedPoint {
  /** Horizontal coordinate, in any unit. */
  x: number;
  /** Vertical coordinate, in any unit. */
  y: number;
  /** Its class, which sets the colour. */
  class: string;
  /** A further line of the tooltip, such as the file or the predicted class. */
  note?: string;
  /** Draw a cross, because the prediction is wrong. Default: `false` */
  wrong?: boolean;
  /** The picture as a data URI, for the tooltip. */
  url?: string;
}

/** Options of {@link embeddingChart}. */
export interface EmbeddingChartOptions {
  /** Title. Default: `'Features in two dimensions'` */
  title?: string;
}

const side = 420;

/**
 * Pictures as points in two dimensions, where pictures with similar features lie close together. The tooltip of a point shows
 * its picture.
 *
 * @param points from `explain.embed`; with more than seven classes all points are blue, and only tooltips name the classes
 * @throws {UserError} when there is no point, a coordinate is not finite, or an option is unknown
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const points = [{ x: 0, y: 0, class: 'cat' }, { x: 1, y: 1, class: 'dog' }];
 * charts.embeddingChart(points).description; // => 'Scatter plot of 2 pictures of 2 classes; pictures with similar features lie close together.'
 * ```
 */
export function embeddingChart(points: readonly EmbeddedPoint[], options?: EmbeddingChartOptions): Chart {
  const { title } = withDefaults('embeddingChart', options, { title: 'Features in two dimensions' });
  if (points.length === 0) throw new UserError('embeddingChart: got no points; give at least one');
  const broken = points.findIndex(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y));
  if (broken >= 0)
    throw new UserError(
      `embeddingChart: the coordinates of point ${broken} must be finite numbers, got ${points[broken]!.x} and ${points[broken]!.y}`,
    );
  const classes = [...new Set(points.map((point) => point.class))];
  const colored = classes.length <= hues.length;
  const wrong = points.filter((point) => point.wrong).length;
  const axis = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = 0.04 * (high - low || 1);
    return {
      type: 'quantitative',
      scale: { domain: [low - margin, high + margin], nice: false, zero: false },
      axis: null,
    };
  };
  const tooltip = [
    ...(points.some(({ url }) => url) ? [{ field: 'url', type: 'nominal', title: 'image' }] : []), // vega-tooltip draws it
    { field: 'class', type: 'nominal', title: 'class' },
    ...(points.some(({ note }) => note) ? [{ field: 'note', type: 'nominal', title: 'note' }] : []),
  ];
  const centres = classes.map((name) => {
    const members = points.filter((point) => point.class === name);
    return {
      class: name,
      count: members.length,
      x: median(members.map(({ x }) => x)),
      y: median(members.map(({ y }) => y)),
    };
  });
  const color = colored
    ? {
        field: 'class',
        type: 'nominal',
        scale: { domain: classes, range: hues.slice(0, classes.length) },
        legend: null,
      }
    : { value: colors.blue };
  const place = {
    x: { field: 'x', ...axis(points.map(({ x }) => x)) },
    y: { field: 'y', ...axis(points.map(({ y }) => y)) },
  };
  const dots = (values: readonly EmbeddedPoint[], mark: object) => ({
    mark: { type: 'point', strokeWidth: 1.5, ...mark },
    data: { values },
    encoding: { ...place, color, tooltip },
  });
  const spec = {
    title: {
      text: title,
      subtitle: [
        `each point is a picture, close points have similar features${wrong > 0 ? `; ${wrong} crosses: predicted wrong` : ''}`,
        ...(colored ? [] : [`${classes.length} classes, named in the tooltips`]),
      ],
    },
    width: side,
    height: side,
    view: { stroke: colors.grid },
    layer: [
      dots(
        points.filter((point) => !point.wrong),
        { filled: true, size: 34, opacity: 0.65 },
      ),
      dots(
        points.filter((point) => point.wrong),
        { shape: 'cross', filled: true, size: 70, opacity: 1 },
      ),
      ...(colored
        ? [
            {
              mark: {
                type: 'text',
                fontWeight: 700,
                fontSize: 13,
                stroke: colors.card,
                strokeWidth: 4,
                strokeJoin: 'round',
                opacity: 0.95,
              },
              data: { values: centres },
              encoding: { ...place, text: { field: 'class', type: 'nominal' }, color: { value: colors.card } },
            },
            {
              mark: { type: 'text', fontWeight: 700, fontSize: 13 },
              data: { values: centres },
              encoding: { ...place, text: { field: 'class', type: 'nominal' }, color },
            },
          ]
        : []),
    ],
  };
  const rows = centres.map(({ class: name, count, x, y }) => [name, String(count), x.toFixed(2), y.toFixed(2)]);
  const table = alignColumns(
    [['class', 'pictures', 'median x', 'median y'], ...rows.slice(0, 20)],
    [false, true, true, true],
  );
  return chart(
    spec,
    `Scatter plot of ${points.length} pictures of ${classes.length} classes; pictures with similar features lie close together.`,
    `${title}: ${points.length} pictures\n${table}`,
  );
}

/** The upper median. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
