import type { Chart } from '../charts';
import { renderSvg } from '../charts/render';
import type { Section } from './figures';
import type { Figure, PageSection } from './page';

/** Draw the charts of a section. */
export async function drawn({ charts = [], pictures = [], ...section }: Section): Promise<PageSection> {
  return { ...section, pictures, figures: await Promise.all(charts.map(figureOf)) };
}

/** Draw a chart as a figure of a page. */
export async function figureOf(chart: Chart): Promise<Figure> {
  return { svg: await renderSvg(chart), description: chart.description, text: chart.usermeta.text };
}
