import { UserError } from '../../core/errors';
import { realPathBelow } from '../../core/safePath';
import {
  type Correction,
  type CorrectionAction,
  correctionName,
  type Dataset,
  type Example,
  readCorrections,
  writeCorrections,
} from '../../data';

/** The decisions about the pictures of a dataset. Each is saved at once, and can be undone. */
export class Decisions {
  readonly #dataset: Dataset;
  /** the pictures and their classes before any decision, by name; also of those that an earlier decision leaves out */
  readonly #pictures = new Map<string, { example: Example; className: string }>();
  #made: Map<string, Correction>;
  readonly #undo: { name: string; before: Correction | undefined }[] = [];

  /** @throws {UserError} if the dataset has a file of corrections that is not understood */
  constructor(dataset: Dataset) {
    const { folder, classes, examples } = dataset;
    this.#dataset = dataset;
    this.#made = this.#read();
    for (const example of examples) {
      const name = correctionName(folder, example.file);
      const made = this.#made.get(name);
      const className = classes[example.label]!;
      // where the decision has been applied already, its row has the class from before
      this.#pictures.set(name, { example, className: made?.label === className ? made.was : className });
    }
    for (const { file: name, was } of this.#made.values()) {
      const file = this.#pictures.has(name) ? undefined : fileIn(folder, name);
      if (file) this.#pictures.set(name, { example: { file, label: classes.indexOf(was) }, className: was });
    }
  }

  get all(): Correction[] {
    return [...this.#made.values()];
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  of(name: string): Correction | undefined {
    return this.#made.get(name);
  }

  /** The class that a picture had before any decision. */
  originalClass(name: string): string | undefined {
    return this.#pictures.get(name)?.className;
  }

  /** A picture of the dataset, also one that an earlier decision leaves out; undefined if there is none of that name. */
  picture(name: string): Example | undefined {
    return this.#pictures.get(name)?.example;
  }

  /**
   * Decide about a picture.
   *
   * @param name its path inside the dataset, with `/`
   * @param action null takes the decision back
   * @param label the class that it gets, with 'relabel'
   * @throws {UserError} if there is no such picture, action or class, or the decision cannot be saved
   */
  decide(name: string, action: CorrectionAction | null, label?: string): void {
    const { classes } = this.#dataset;
    const was = this.originalClass(name);
    if (was === undefined) throw new UserError(`'${name}' is not a picture of the dataset`);
    if (action !== null && !['keep', 'relabel', 'leave out'].includes(action)) {
      throw new UserError(`'${action}' is none of the decisions keep, relabel, leave out`);
    }
    if (action === 'relabel' && (label === undefined || !classes.includes(label))) {
      throw new UserError(`'${label}' is none of the classes ${classes.join(', ')}`);
    }
    const before = this.#made.get(name);
    // the class that it has already: that is to keep it
    const kept = action === 'relabel' && label === was ? 'keep' : action;
    this.#save(
      name,
      kept === null ? undefined : { file: name, action: kept, ...(kept === 'relabel' && { label }), was },
    );
    this.#undo.push({ name, before });
  }

  /** Take the last decision of this session back. @returns the picture's name; undefined if there is none */
  undo(): string | undefined {
    const last = this.#undo.at(-1);
    if (!last) return undefined;
    this.#save(last.name, last.before);
    this.#undo.pop();
    return last.name;
  }

  /** The file is read again before each change, so that changes that others have made to it are kept. */
  #save(name: string, correction: Correction | undefined): void {
    const made = this.#read();
    if (correction) made.set(name, correction);
    else made.delete(name);
    writeCorrections(this.#dataset, [...made.values()]);
    this.#made = made;
  }

  #read(): Map<string, Correction> {
    return new Map(readCorrections(this.#dataset).map((correction) => [correction.file, correction]));
  }
}

/** The path of a picture that the file of corrections names, if it exists. The name may come from anywhere. */
function fileIn(folder: string, name: string): string | undefined {
  try {
    return realPathBelow(folder, name, 'the picture');
  } catch {
    return undefined;
  }
}
