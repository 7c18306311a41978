import { build } from './build.mjs';
import { kernelspecStep } from './kernelspec.mjs';
import { nodePackages } from './node-packages.mjs';
import { python } from './python.mjs';
import { samples } from './samples.mjs';
import { tensorflow } from './tensorflow.mjs';
import { weights } from './weights.mjs';
import { widgets } from './widgets.mjs';

/** All steps, each after the steps that it needs. */
export const steps = [nodePackages, build, python, widgets, tensorflow, kernelspecStep, weights, samples];
