import { DataType, type tf } from './backend';
import { appendOp, type RecordedOp, type Recording, replaceSources, type Source, shapeOf } from './recording';
import { addConstant, constantOf } from './rewrite';
import type { GraphNode } from './savedModel';

/**
 * The type of a recorded operation that makes a whole step of Adam for one variable: it reads and writes the variable and its two moments
 * where they are. Inputs: the three, gradient, 0, step size, beta1, beta2, epsilon, and the part that decays, if the weights decay.
 * Outputs: the new values of the three.
 */
export const ADAM_STEP = 'AdamStep';

interface Matched {
  variables: Source[];
  /** inputs behind the variables */
  others: Source[];
  /** the sources of the new values of the variables */
  results: Source[];
}

/**
 * Make one operation of the dozen that a step of Adam takes for each variable. In a network of a hundred variables these are half of all
 * operations, and each of them goes through the memory of all weights.
 */
export function fuseAdamSteps(recording: Recording): void {
  const updated = new Map<tf.Variable, Source>(recording.updates.map(({ variable, source }) => [variable, source]));
  const fused = new Map<RecordedOp, Source>();
  for (const { variable, source } of [...recording.updates]) {
    const matched = matchStep(recording, variable, source);
    if (!matched) continue;
    const kept = matched.variables.every((of, i) => {
      const result = of.kind === 'variable' ? updated.get(of.variable) : undefined;
      return result !== undefined && isSame(result, matched.results[i]!);
    });
    if (!kept) continue;
    const types = matched.variables.map((of) => ({ dtype: DataType.float, shape: shapeOf(of, recording) }));
    const inputs = [...matched.variables, ...matched.others];
    const first = appendOp(recording, { type: ADAM_STEP, attributes: [], inputs }, types[0]!);
    const { op } = first as Extract<Source, { kind: 'op' }>;
    op.outputs = types;
    matched.results.forEach((result, output) => {
      fused.set((result as Extract<Source, { kind: 'op' }>).op, { kind: 'op', op, output });
    });
  }
  replaceSources(recording, (source) => (source.kind === 'op' && fused.get(source.op)) || source);
}

/** The parts of `variable - first / (sqrt(second) + epsilon) x size`, with both moments as Adam computes them. */
function matchStep(recording: Recording, variable: tf.Variable, result: Source): Matched | undefined {
  const [base, quotient] = inputsOf(result, 'Sub');
  const [numerator, denominator] = inputsOf(quotient, 'RealDiv');
  const [first, size] = inputsOf(numerator, 'Mul');
  const [root, epsilon] = inputsOf(denominator, 'Add');
  const [second] = inputsOf(root, 'Sqrt');
  const firstMoment = matchMean(first);
  const secondMoment = matchMean(second);
  const [gradient] = inputsOf(secondMoment?.of, 'Square');
  if (!base || !firstMoment || !secondMoment || !gradient || !isSame(gradient, firstMoment.of)) return undefined;
  const decay = isVariable(base, variable) ? [] : matchDecay(base, variable);
  const fits = [size, epsilon, ...(decay ?? [])].every((scalar) => scalar && shapeOf(scalar, recording).length === 0);
  const sameShape = shapeOf(gradient, recording).join() === variable.shape.join();
  if (!decay || !fits || !sameShape || variable.dtype !== 'float32') return undefined;
  const scalar = (value: number) =>
    addConstant(recording, { dtype: DataType.float, shape: [] }, Float32Array.of(value));
  const betas = [firstMoment, secondMoment].map(({ part }) => scalar(1 - part));
  return {
    variables: [{ kind: 'variable', variable }, firstMoment.mean, secondMoment.mean],
    others: [gradient, scalar(0), size!, ...betas, epsilon!, ...decay],
    results: [result, first!, second!],
  };
}

/** `mean + (of - mean) x part`, where the mean is a variable and the part a constant */
function matchMean(source: Source | undefined): { mean: Source; of: Source; part: number } | undefined {
  const [mean, change] = inputsOf(source, 'Add');
  const [difference, part] = inputsOf(change, 'Mul');
  const [of, again] = inputsOf(difference, 'Sub');
  const numbers = constantOf(part);
  if (mean?.kind !== 'variable' || !of || !again || !isSame(again, mean) || numbers?.length !== 1) return undefined;
  return { mean, of, part: numbers[0]! };
}

/** `variable - variable x part`: the part */
function matchDecay(base: Source, variable: tf.Variable): Source[] | undefined {
  const [whole, decayed] = inputsOf(base, 'Sub');
  const [again, part] = inputsOf(decayed, 'Mul');
  return part && isVariable(whole, variable) && isVariable(again, variable) ? [part] : undefined;
}

function inputsOf(source: Source | undefined, type: string): (Source | undefined)[] {
  if (source?.kind !== 'op' || source.output !== 0) return [];
  const found = source.op.type === 'AddV2' ? 'Add' : source.op.type;
  return found === type ? source.op.inputs : [];
}

const isVariable = (source: Source | undefined, variable: tf.Variable) =>
  source?.kind === 'variable' && source.variable === variable;

function isSame(a: Source, b: Source): boolean {
  if (a.kind === 'variable') return isVariable(b, a.variable);
  if (a.kind === 'op') return b.kind === 'op' && a.op === b.op && a.output === b.output;
  return b.kind === 'input' && a.index === b.index;
}

/** The variables that steps of Adam change. */
export function steppedVariables({ ops }: Recording): Set<tf.Variable> {
  const steps = ops.filter(({ type }) => type === ADAM_STEP).flatMap(({ inputs }) => inputs.slice(0, 3));
  return new Set(steps.flatMap((source) => (source.kind === 'variable' ? [source.variable] : [])));
}

/**
 * TensorFlow's nodes for a step: its own operation for Adam, which goes through the memory once. The size of the step contains the
 * correction of the bias already, so the powers of beta that it would correct with are 0.
 *
 * @param inputs names of the recorded inputs; the first three are nodes that read variables, with the handle beside them
 */
export function adamStepNodes(name: string, inputs: readonly string[]): GraphNode[] {
  const [variable, first, second, gradient, zero, size, beta1, beta2, epsilon, decay] = inputs as string[];
  const attributes = { T: { type: DataType.float } };
  const reads = [variable!, first!, second!];
  // after the old values were read; what still needs them keeps them, as TensorFlow then steps on a copy
  const after = reads.map((read) => `^${read}`);
  const nodes: GraphNode[] = [];
  if (decay !== undefined) {
    const [decayed, subtracted] = [`${name}/decayed`, `${name}/decay`];
    nodes.push({ name: decayed, type: 'Mul', inputs: [variable!, decay], attributes });
    const handle = `${variable}/handle`;
    const dtype = { type: DataType.float };
    nodes.push({ name: subtracted, type: 'AssignSubVariableOp', inputs: [handle, decayed], attributes: { dtype } });
    after.push(`^${subtracted}`);
  }
  const handles = reads.map((read) => `${read}/handle`);
  const numbers = [zero, zero, size, beta1, beta2, epsilon, gradient] as string[];
  nodes.push({ name, type: 'ResourceApplyAdam', inputs: [...handles, ...numbers, ...after], attributes });
  return nodes;
}
