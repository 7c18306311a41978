import { basename } from 'node:path';
import { messageOf } from '../../core/errors';
import { escapeHtml } from '../../core/escape/html';
import { printable } from '../../core/escape/printable';
import { counted } from '../../core/text';
import {
  type Correction,
  type CorrectionAction,
  correctionName,
  correctionsFile,
  type Dataset,
  thumbnail,
} from '../../data';
import { frontPart, frontStyles } from '../../front/frontPart';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { type Widget, widget } from '../../notebook/widget';
import { bytesOf, jpegUri } from '../bytes';
import { type Candidate, type ListName, lists } from './candidates';
import type { Decisions } from './decisions';

/** Pictures of a page. */
const perPage = 12;
/** Side of a picture, in pixels. */
const side = 160;
/** The most lines of the text. */
const most = 20;

/** A picture as it is shown. */
interface Card {
  name: string;
  /** its class in the dataset, before any decision */
  label: string;
  suggested: string | null;
  reason: string;
  action: CorrectionAction | null;
  /** the class that it gets */
  newLabel: string | null;
}

interface State {
  classes: string[];
  list: ListName;
  /** the class whose pictures are shown; empty for all */
  className: string;
  /** from 0 */
  page: number;
  pages: number;
  counts: Record<ListName, number>;
  cards: Card[];
  /** JPEGs of the cards */
  pictures: Uint8Array[];
  canUndo: boolean;
  /** what happened last */
  message: string;
  /** why labels were not checked */
  problem: string;
}

/** What the widget of `cleanLabels` shows, and what its buttons do. */
export class CleaningView {
  readonly #dataset: Dataset;
  readonly #candidates: Map<string, Candidate>[];
  readonly #decisions: Decisions;
  readonly #problem: string;
  readonly #widget: Widget<State>;
  readonly #pictures = new Map<string, Promise<Uint8Array>>();

  /** @param problem why labels were not checked, or nothing */
  constructor(dataset: Dataset, candidates: readonly Candidate[], decisions: Decisions, problem = '') {
    this.#dataset = dataset;
    this.#problem = problem;
    this.#decisions = decisions;
    this.#candidates = lists.map(
      (list) =>
        new Map(
          candidates
            .filter((one) => one.list === list)
            .map((one) => [correctionName(dataset.folder, one.example.file), one]),
        ),
    );
    const first = lists.find((list) => this.namesIn(list).length > 0) ?? 'suspect';
    const view = { list: first, className: '', page: 0 };
    this.#widget = widget<State>({
      esm: frontPart('cleanLabels'),
      css: frontStyles(),
      state: {
        ...view,
        ...this.#content(view),
        classes: dataset.classes,
        pictures: [],
        message: '',
        problem: printable(problem),
      },
      still: () => this.#still(),
      text: () => this.#text(),
    });
    this.#widget.onMessage((content) => this.#take(content));
  }

  /** The names of all pictures in a list. */
  namesIn(list: ListName): string[] {
    if (list === 'decided') return this.#decisions.all.map(({ file }) => file);
    return [...this.#candidates[lists.indexOf(list)]!.keys()];
  }

  /** Draw the current page again. */
  show(message = ''): void {
    this.#go({}, message);
  }

  async bundle(): Promise<MimeBundle> {
    await this.#drawPictures();
    return this.#widget[displaySymbol]();
  }

  /** What a browser says: nothing in it is trusted. */
  #take(content: unknown): void {
    if (typeof content !== 'object' || content === null) return;
    const { do: what, name, action, label, list, className, page } = content as Record<string, unknown>;
    try {
      if (what === 'decide') {
        this.#decisions.decide(
          String(name),
          action as CorrectionAction | null,
          label === undefined ? undefined : String(label),
        );
        this.show(sentenceOf(String(name), this.#decisions.of(String(name))));
      } else if (what === 'undo') {
        const undone = this.#decisions.undo();
        this.show(undone === undefined ? 'Nothing to undo.' : `Undone: ${undone}.`);
      } else if (what === 'view') {
        this.#go({
          ...(lists.includes(list as ListName) && { list: list as ListName, page: 0 }),
          ...(typeof className === 'string' && { className, page: 0 }),
          ...(Number.isSafeInteger(page) && { page: page as number }),
        });
      }
    } catch (error) {
      this.#widget.set({ message: printable(messageOf(error)) });
    }
  }

  #go(change: Partial<Pick<State, 'list' | 'className' | 'page'>>, message = ''): void {
    const { list, className, page, cards: before } = { ...this.#widget.state, ...change };
    const content = this.#content({ list, className, page });
    const same = namesOf(content.cards) === namesOf(before);
    // no picture stands beside the name of another one while the new ones are drawn
    this.#widget.set({ ...content, ...(!same && { pictures: [] }), message });
    if (!same) void this.#drawPictures();
  }

  #content({ list, className, page }: Pick<State, 'list' | 'className' | 'page'>) {
    const known = className === '' || this.#dataset.classes.includes(className) ? className : '';
    const names = this.namesIn(list).filter((name) => known === '' || this.#decisions.originalClass(name) === known);
    const pages = Math.max(1, Math.ceil(names.length / perPage));
    const current = Math.min(Math.max(0, page), pages - 1);
    return {
      list,
      className: known,
      page: current,
      pages,
      counts: Object.fromEntries(lists.map((one) => [one, this.namesIn(one).length])) as State['counts'],
      cards: names.slice(current * perPage, (current + 1) * perPage).map((name) => this.#card(name, list)),
      canUndo: this.#decisions.canUndo,
    };
  }

  #card(name: string, list: ListName): Card {
    const { classes } = this.#dataset;
    const places = list === 'decided' ? this.#candidates : [this.#candidates[lists.indexOf(list)]!];
    const candidate = places.map((place) => place.get(name)).find(Boolean);
    const made = this.#decisions.of(name);
    return {
      name,
      label: this.#decisions.originalClass(name) ?? '',
      suggested: candidate?.suggested === undefined ? null : classes[candidate.suggested]!,
      reason: candidate?.reason ?? '',
      action: made?.action ?? null,
      newLabel: made?.label ?? null,
    };
  }

  /** Send the pictures of the page, unless another page is asked for meanwhile. */
  async #drawPictures(): Promise<void> {
    const { cards } = this.#widget.state;
    const pictures = await Promise.all(cards.map(({ name }) => this.#picture(name)));
    if (namesOf(cards) === namesOf(this.#widget.state.cards)) this.#widget.set({ pictures });
  }

  #picture(name: string): Promise<Uint8Array> {
    const known = this.#pictures.get(name);
    if (known) return known;
    const uri = thumbnail(this.#decisions.picture(name) ?? '', { size: side });
    const made = uri.then(bytesOf);
    this.#pictures.set(name, made);
    return made;
  }

  #still(): string {
    const { cards, pictures } = this.#widget.state;
    const figures = cards.map((card, i) => {
      const picture = pictures[i] ? jpegUri(pictures[i]) : '';
      const image = `<img src="${picture}" alt="${escapeHtml(card.name)}" width="${side}" height="${side}">`;
      const caption = [card.name, `labelled ${card.label}`, card.reason, decisionOf(card)].filter(Boolean);
      return `<figure style="display: inline-block; width: ${side}px; margin: 4px; vertical-align: top; overflow-wrap: break-word">${image}<figcaption>${caption.map(escapeHtml).join('<br>')}</figcaption></figure>`;
    });
    return `<p>${escapeHtml(this.#summary())}</p><div>${figures.join('')}</div>`;
  }

  #text(): string {
    const rows = lists
      .filter((list) => list !== 'decided')
      .flatMap((list) => this.namesIn(list).map((name) => this.#card(name, list)));
    const lines = rows.slice(0, most).map((card) => {
      return `  ${card.name}: labelled ${card.label}; ${card.reason}${card.action ? `; ${decisionOf(card)}` : ''}`;
    });
    const more = rows.length > most ? [`  and ${rows.length - most} more`] : [];
    return printable([this.#summary(), ...lines, ...more].join('\n'));
  }

  #summary(): string {
    const [suspect = 0, leak = 0, alike, odd = 0, decided] = lists.map((list) => this.namesIn(list).length);
    const found = [
      ...[counted(suspect, 'suspect label'), counted(leak, 'leak'), `${alike} that look like others`],
      counted(odd, 'odd picture'),
    ];
    const problem = this.#problem && `. ${this.#problem}`;
    // not the whole path: a notebook is shared, and a path names its owner
    return `${found.join(', ')}; ${decided} decided, in ${basename(correctionsFile(this.#dataset))}${problem}`;
  }
}

const namesOf = (cards: readonly Card[]): string => cards.map(({ name }) => name).join('\0');

const decisionOf = ({ action, newLabel }: Pick<Card, 'action' | 'newLabel'>): string =>
  action === 'relabel'
    ? `relabelled as ${newLabel}`
    : action === 'leave out'
      ? 'left out'
      : action === 'keep'
        ? 'kept'
        : '';

function sentenceOf(name: string, made: Correction | undefined): string {
  if (!made) return `${name}: no decision. Saved.`;
  return `${name}: ${decisionOf({ action: made.action, newLabel: made.label ?? null })}. Saved.`;
}
