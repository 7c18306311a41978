import { backboneLabel } from '../../models/backboneLabel';
import type { SettingName } from './check';
import type { TrainSettings } from './types';

/** The value of a setting in tables and reports: that of a backbone with weights of its own in a few words. */
export function settingText(value: TrainSettings[SettingName]): string {
  return typeof value === 'object' ? backboneLabel(value) : String(value);
}
