import { cachedBackbones } from '../analysis/advise/compareBackbones';
import { shown, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { type Dataset, TEST_RANGE } from '../data';
import { groupsOfClasses } from '../data/groups';
import { type BackboneName, backboneEntry, defaultBackbone, weightsAvailability } from '../models';
import { checkSetting, settingsTable, type TrainSettings } from '../training';
import type { AutoRecord } from './record';

/** Receives the progress of a search; see `Listener` for the rest. */
export interface AutoListener extends Listener {
  /** Called when a part has ended, with the records of all parts so far. */
  onRecord?(record: AutoRecord, records: readonly AutoRecord[]): void;
}

/** The settings of `train` that a search takes as they are. */
export const sharedSettings = ['validation', 'seed', 'weights', 'inputSize', 'fit', 'precision', 'engine'] as const;

/** Options of `auto`: how long it may take, and what all trainings have in common. */
export interface AutoOptions extends Partial<Pick<TrainSettings, (typeof sharedSettings)[number]>> {
  /** Minutes that it may take, from 0.1 to 10,000. Default: 10. */
  minutes?: number;
  /** The folder of the search: a new one, or with `resume` that of an earlier search. Default: 'auto', in the current folder. */
  out?: string;
  /** Whether the search in the folder is continued for so many minutes. Default: false. */
  resume?: boolean;
  /**
   * The part of each class that is put aside as test pictures, where the data do not say which are; 0: none. With fewer than five
   * pictures of a class none is put aside. Default: 0.2.
   */
  test?: number;
  /** The backbones to choose from. Default: all whose weights are on this machine, and the default backbone. */
  backbones?: readonly BackboneName[];
  /** Whether features of frozen layers are taken from the cache and kept there. Default: true. */
  cache?: boolean;
  /** Told of progress, messages and parts that have ended, and asked whether to stop. Default: none. */
  listener?: AutoListener;
}

/** The options with their defaults, and the settings that all trainings have in common. */
export interface AutoPlan extends Required<Omit<AutoOptions, (typeof sharedSettings)[number] | 'backbones'>> {
  backbones: readonly BackboneName[] | undefined;
  settings: Pick<TrainSettings, (typeof sharedSettings)[number]>;
}

/** Options of `auto` with defaults. @throws {UserError} on an unknown option or a value out of its range */
export function autoPlan(options: AutoOptions | undefined): AutoPlan {
  const settings = Object.fromEntries(
    sharedSettings.map((name) => [name, settingsTable[name].default]),
  ) as AutoPlan['settings'];
  const { listener, backbones, ...given } = withDefaults<Required<AutoOptions>>('auto', options, {
    ...settings,
    ...{ minutes: 10, out: 'auto', resume: false, test: 0.2, cache: true },
    backbones: undefined as unknown as readonly BackboneName[],
    listener: {},
  });
  checkNumber('auto: minutes', given.minutes, { min: 0.1, max: 10_000 });
  checkNumber('auto: test', given.test, TEST_RANGE);
  for (const name of sharedSettings) checkSetting('auto', name, given[name]);
  if (backbones !== undefined && (!Array.isArray(backbones) || backbones.length === 0)) {
    throw new UserError(`auto: backbones must be a list of names, such as ['mobilenet-v2'], got ${shown(backbones)}`);
  }
  const { minutes, out, resume, test, cache, ...rest } = given;
  return {
    ...{ minutes, out, resume, test, cache, listener, settings: rest },
    backbones: backbones?.map((name) => backboneEntry(name).name),
  };
}

/** With fewer pictures (groups, where there are groups) of a class none is put aside for testing. */
const FEWEST_FOR_TEST = 5;

/** The part of each class for testing: none where a class has too few pictures, which the listener is told. */
export function testShare({ examples, classes }: Dataset, test: number, listener: Listener): number {
  if (test === 0 || examples.some(({ subset }) => subset === 'test')) return test;
  const counts = groupsOfClasses(examples, classes.length);
  const fewest = counts.indexOf(Math.min(...counts));
  if (counts[fewest]! >= FEWEST_FOR_TEST) return test;
  listener.onMessage?.(
    `no pictures are put aside for testing: class '${classes[fewest]}' has only ${counts[fewest]}, and ${FEWEST_FOR_TEST} are needed; the numbers are of the validation pictures, by which the model is chosen`,
  );
  return 0;
}

/** The backbones that take part, the default one first. The listener is told if it is the only one. */
export async function availableBackbones({ backbones, settings, listener }: AutoPlan): Promise<BackboneName[]> {
  const first = await defaultBackbone();
  const names = [...new Set(backbones ?? [first, ...cachedBackbones()])];
  if (settings.weights === 'random') return backbones ? names : [first];
  const found = await Promise.all(names.map((name) => weightsAvailability(backboneEntry(name))));
  const missing = names.filter((_, i) => found[i]!.from === 'missing');
  const available = names.filter((name) => !missing.includes(name));
  if (available.length === 0) {
    throw new UserError(`auto: the weights of ${names.join(', ')} are not available: ${found[0]!.detail}`);
  }
  if (missing.length > 0) listener.onMessage?.(`left out, as their weights are not available: ${missing.join(', ')}`);
  if (!backbones && available.length === 1) {
    listener.onMessage?.(
      `${available[0]} is the only backbone, as the weights of no other are in the cache: name others, and those that can be obtained take part`,
    );
  }
  return available;
}
