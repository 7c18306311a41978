/**
 * How reliable are studies? Measured on real pictures; DATA is a folder that `tunebook train` accepts, or the sample `emoji`.
 *
 *     npm run build
 *     node dist/bench/study.js null DATA          an axis without effect: how many of 20 studies say "cannot tell"
 *     node dist/bench/study.js variants DATA      seven transfer variants with five seeds each, and the time they take
 *     node dist/bench/study.js sharing DATA       the same runs with and without shared computations, variant by variant
 *
 * Each has --help. With --json the last line of the output is one JSON object.
 */
import { Command } from 'commander';
import { nullCommand } from './study/null';
import { sharingCommand } from './study/sharing';
import { variantsCommand } from './study/variants';

const program = new Command('study').description('how reliable are studies?');
for (const command of [nullCommand(), variantsCommand(), sharingCommand()]) program.addCommand(command);
program.parseAsync();
