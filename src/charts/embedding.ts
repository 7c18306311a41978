import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns } from '../core/text';
import { type Chart, chart, colors, hues } from './theme';

/** A picture's place in the plane. */
export interface EmbeddedPoint {
  x: number;
  y: number;
  /** its class, which colours it */
  class: string;
  /** what else the tooltip says, such as its file or the predicted class */
  note?: string;
  /** drawn as a cross: it was predicted wrongly */
  wrong?: boolean;
  /** the picture as a data URI, for the tooltip */
  url?: string;
}

export interface EmbeddingChartOptions {
  /** `What the network finds alike` unless told */
  title?: string;
}

const side = 420;

/**
 * Pictures as points: those that the network finds alike lie together. Under the pointer a point shows its picture.
 *
 * @param points from `embed`; with more than seven classes all points are blue, and only tooltips name them
 * @throws {UserError} for no point, or one that is not finite
 */
export function embeddingChart(points: readonly EmbeddedPoint[], options?: EmbeddingChartOptions): Chart {
  const { title } = withDefaults('embeddingChart', options, { title: 'What the network finds alike' });
  if (points.length === 0) throw new UserError('embeddingChart: got no points; give at least one');
  const broken = points.findIndex(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y));
  if (broken >= 0) throw new UserError(`embeddingChart: point ${broken} is not finite`);
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
      x: middle(members.map(({ x }) => x)),
      y: middle(members.map(({ y }) => y)),
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
        `a point is a picture, close ones look alike to the network${wrong > 0 ? `; ${wrong} crosses: predicted wrongly` : ''}`,
        ...(colored ? [] : [`${classes.length} classes: their names in the tooltips`]),
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
    [['class', 'pictures', 'middle x', 'middle y'], ...rows.slice(0, 20)],
    [false, true, true, true],
  );
  return chart(
    spec,
    `Scatter plot of ${points.length} pictures of ${classes.length} classes, close where the network finds them alike.`,
    `${title}: ${points.length} pictures\n${table}`,
  );
}

/** The median. */
function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
