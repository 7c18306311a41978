/**
 * Do studies hold up? Figures on real pictures; DATA is a folder as `tunebook train` takes it, or the sample `emoji`.
 *
 *     npm run build
 *     node dist/bench/study.js null DATA          an axis that does nothing: how many of 20 studies say "cannot tell"
 *     node dist/bench/study.js variants DATA      seven variants of transfer over five seeds, and what that took
 *     node dist/bench/study.js sharing DATA       the same runs with and without what runs share, variant by variant
 *
 * Each has --help. With --json the last line of the output is one JSON object.
 */
import { Command } from 'commander';
import { nullCommand } from './study/null';
import { sharingCommand } from './study/sharing';
import { variantsCommand } from './study/variants';

const program = new Command('study').description('do studies hold up?');
for (const command of [nullCommand(), variantsCommand(), sharingCommand()]) program.addCommand(command);
program.parseAsync();
