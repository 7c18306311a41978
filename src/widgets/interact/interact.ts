import { messageOf, shown as quoted, UserError } from '../../core/errors';
import { printableLine } from '../../core/escape/printable';
import { withDefaults } from '../../core/options';
import { frontPart, frontStyles } from '../../front/frontPart';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { widget } from '../../notebook/widget';
import { Kept } from './kept';
import { errorOutcome, type Outcome, outcomeOf } from './outcome';
import {
  arePositions,
  checkedSettings,
  describeValues,
  type InteractLists,
  type InteractValues,
  startingPositions,
  valuesAt,
} from './settings';

/** Options of {@link interact}. */
export interface InteractOptions<Lists extends InteractLists> {
  /** Where the sliders are at the beginning. Default: each at the first value of its list */
  start?: Partial<InteractValues<Lists>>;
  /** A title above the sliders. Default: none */
  title?: string;
}

/** Sliders, and what a function shows for their values. As the last value of a cell it is a widget. */
export interface Interaction<Lists extends InteractLists> {
  /** The values that the sliders point at. */
  readonly values: InteractValues<Lists>;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/** How many characters of results are kept; a chart has some 50,000. */
const mostKept = 2 ** 26;
/** What a result takes beside its text. */
const overhead = 1000;

/**
 * Sliders over lists of values, and below them what a function returns for the chosen values, as `interact` of Python's ipywidgets. A
 * slider is moved by mouse or arrow keys. While the function computes, the widget says so; of positions that follow each other quickly only
 * the latest is computed. What was computed for a combination of values is kept (64 million characters of results, those used last) and
 * not computed again. An error of the function is shown in the widget.
 *
 * Scripts in HTML do not run, and its pictures are shown if they are data URIs.
 *
 * @param show receives the chosen values by name, and returns what `show` accepts, or a promise of it: a chart, an arquero table, text,
 * or anything with a display method, such as one that returns HTML
 * @param lists a slider for each: 1 to 1,000 numbers, strings or booleans
 * @returns a promise that resolves when the starting values are computed; what they show is also the widget's picture and text
 * @throws {UserError} when a list is empty, too long or has other values, a starting value is not in its list, or an option is unknown
 * @throws what the function throws for the starting values
 *
 * @example
 * ```ts
 * import { charts, readRun } from 'tunebook';
 * import { interact } from 'tunebook/widgets';
 *
 * const shown = await interact(
 *   ({ run, training }) => charts.compareCurves({ [run]: readRun(`runs/${run}`).history }, { training }),
 *   { run: ['first', 'second'], training: [false, true] },
 *   { start: { run: 'second' }, title: 'Two trainings' },
 * );
 * shown.values; // => { run: 'second', training: false }
 * ```
 */
export async function interact<Lists extends InteractLists>(
  show: (values: InteractValues<NoInfer<Lists>>) => unknown,
  lists: Lists,
  options?: InteractOptions<NoInfer<Lists>>,
): Promise<Interaction<Lists>> {
  if (typeof show !== 'function') {
    throw new UserError(
      `interact: expected a function of the chosen values, like ({ pictures }) => ..., got ${quoted(show)}`,
    );
  }
  const settings = checkedSettings(lists);
  const { start, title } = withDefaults<Required<InteractOptions<Lists>>>('interact', options, {
    start: {} as Partial<InteractValues<Lists>>,
    title: '',
  });
  if (typeof title !== 'string') throw new UserError(`interact: title must be text, got ${quoted(title)}`);
  const valuesOf = (positions: readonly number[]) => valuesAt(settings, positions) as InteractValues<Lists>;
  const results = new Kept<Outcome>(mostKept);
  const compute = async (positions: readonly number[]): Promise<Outcome> => {
    const outcome = await outcomeOf(await show(valuesOf(positions)));
    results.set(positions.join(), outcome, outcome.content.data.length + outcome.text.length + overhead);
    return outcome;
  };
  const computeOrSay = async (positions: readonly number[]): Promise<Outcome> => {
    try {
      return await compute(positions);
    } catch (error) {
      return errorOutcome(`Nothing to show for ${describeValues(settings, positions)}: ${messageOf(error)}`);
    }
  };
  let current: readonly number[] = startingPositions(settings, start);
  let computed = { at: current, outcome: await compute(current) };
  const caption = () => printableLine(`${title && `${title}: `}${describeValues(settings, computed.at)}`);
  const shown = widget({
    esm: frontPart('interact'),
    css: frontStyles(),
    state: {
      title: printableLine(title),
      settings: settings.map(({ name, values }) => ({
        name: printableLine(name),
        values: values.map((value) => printableLine(String(value))),
      })),
      at: current,
      content: computed.outcome.content,
      busy: false,
    },
    still: () => computed.outcome.still(caption()),
    text: () => `${caption()}\n${computed.outcome.text}`,
  });
  const present = (at: readonly number[], outcome: Outcome, busy: boolean): void => {
    computed = { at, outcome };
    shown.set({ content: outcome.content, busy });
  };
  const kept = () => results.get(current.join());
  let computing = false;
  const computeLatest = async (): Promise<void> => {
    if (computing) return; // the latest values are computed when earlier ones are done
    computing = true;
    try {
      for (let done: string | undefined; done !== current.join() && kept() === undefined; ) {
        const at = current;
        done = at.join();
        const outcome = await computeOrSay(at);
        const isLatest = done === current.join();
        if (isLatest || kept() === undefined) present(at, outcome, !isLatest); // what was kept is already shown
      }
    } finally {
      computing = false;
    }
  };
  shown.onChange((changes) => {
    if (!('at' in changes)) return;
    if (!arePositions(settings, changes.at)) return shown.set({ at: current });
    current = [...changes.at];
    const outcome = kept();
    if (outcome) return present(current, outcome, false);
    shown.set({ busy: true });
    void computeLatest();
  });
  return {
    get values() {
      return valuesOf(current);
    },
    [displaySymbol]: () => shown[displaySymbol](),
  };
}
