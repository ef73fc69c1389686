/** @file Sums of products by index letters, as numpy.einsum writes them: `bij,bjk->bik`. */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { dOutput, needed, type Op, tensorLike, type ValueType, wholeReach } from './op.ts';
import { dot, indices } from './pool-nd.ts';

/** Inputs: one value per term. `...` stands for axes that are broadcast, aligned at the end. */
export interface EinsumAttributes {
  readonly equation: string;
}

/** Each term and the result as index names, `...` spelled out as the names …0, …1 (counted from the last). */
function parsed({ equation }: EinsumAttributes, inputs: readonly (Pick<ValueType, 'shape'> | undefined)[]) {
  const [left = '', right] = equation.replace(/\s+/g, '').split('->');
  const terms = left.split(',');
  const bad = () =>
    new InputError(`equation "${equation}" does not fit inputs ${inputs.map((x) => formatShape(x?.shape ?? [])).join(' and ')}.`);
  if (terms.length !== inputs.length) throw bad();
  const spread = (n: number) => Array.from({ length: n }, (_, i) => `…${n - 1 - i}`);
  const sizes = new Map<string, number>();
  let nSpread = 0;
  const names = terms.map((term, i) => {
    const { shape } = needed(inputs, i, 'a value');
    const [before = '', after] = term.split('...');
    const nFree = shape.length - before.length - (after?.length ?? 0);
    if (!/^[A-Za-z]*$/.test(before + (after ?? '')) || nFree < 0 || (after === undefined && nFree > 0)) throw bad();
    nSpread = Math.max(nSpread, nFree);
    const list = after === undefined ? [...before] : [...before, ...spread(nFree), ...after];
    for (const [axis, name] of list.entries()) {
      const [known = 1, size] = [sizes.get(name), shape[axis]!];
      if (known !== size && known !== 1 && size !== 1) throw bad();
      sizes.set(name, known === 1 ? size : known);
    }
    return list;
  });
  const all = names.flat();
  const once = [...new Set(all)]
    .filter((name) => !name.startsWith('…') && all.filter((other) => other === name).length === 1)
    .sort();
  const [before = '', after] = (right ?? '').split('...');
  const result =
    right === undefined
      ? [...spread(nSpread), ...once]
      : after === undefined
        ? [...before]
        : [...before, ...spread(nSpread), ...after];
  if (result.some((name) => !sizes.has(name))) throw bad();
  return { names, sizes, result, shape: result.map((name) => sizes.get(name)!) };
}

export const einsum: Op<EinsumAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'always',
  infer: (attributes, inputs) => [{ dtype: needed(inputs, 0, 'a value').dtype, shape: parsed(attributes, inputs).shape }],
  reach: (_, inputs, output) => inputs.map((input) => input && wholeReach(input, output)).map((reach) => reach ?? null),
  reference(attributes, inputs) {
    const tensors = inputs as Tensor[];
    const { names, sizes, result, shape } = parsed(attributes, tensors);
    const summed = [...sizes.keys()].filter((name) => !result.includes(name));
    const walked = [...result, ...summed];
    const strides = tensors.map((tensor, i) => {
      const own = stridesOf(tensor.shape, rowMajor(tensor.shape.length));
      return walked.map((name) =>
        names[i]!.reduce((sum, other, axis) => (other === name && tensor.shape[axis] !== 1 ? sum + own[axis]! : sum), 0),
      );
    });
    // Offsets of the summed positions, once for each operand.
    const rests = indices(summed.map((name) => sizes.get(name)!));
    const offsets = strides.map((own) => Int32Array.from(rests, (rest) => dot(rest, own.slice(result.length))));
    const data = new Float64Array(sizeOf(shape));
    for (const [i, position] of indices(shape).entries()) {
      const bases = strides.map((own) => dot(position, own));
      let sum = 0;
      for (let r = 0; r < rests.length; r++) {
        let product = 1;
        for (let j = 0; j < tensors.length; j++) product *= tensors[j]!.data[bases[j]! + offsets[j]![r]!]!;
        sum += product;
      }
      data[i] = sum;
    }
    return [tensorLike(tensors[0]!, shape, data)];
  },
  cost: (attributes, inputs) => ({
    nMacs: sizeOf([...parsed(attributes, inputs).sizes.values()]),
    nParams: inputs.reduce((sum, input) => sum + (input?.constant ? sizeOf(input.shape) : 0), 0),
  }),
  gradient(attributes, rule) {
    const shapes = rule.inputs.map((name) => rule.type(name!));
    const { names, sizes, result } = parsed(attributes, shapes);
    const letters = new Map<string, string>();
    const spelled = (list: readonly string[]) =>
      list.map((name) => {
        if (!letters.has(name)) letters.set(name, String.fromCharCode((letters.size < 26 ? 97 : 39) + letters.size));
        return letters.get(name)!;
      });
    const ones = (shape: readonly number[], isOne = (_: number) => true): string =>
      rule.constant({
        dtype: 'float32',
        shape,
        data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => (isOne(i) ? 1 : 0)),
      });
    return names.map((own, i) => {
      if (!rule.wants(i)) return undefined;
      const terms: (readonly [names: readonly string[], value: string])[] = [[result, dOutput(rule)]];
      for (const [j, other] of names.entries()) if (j !== i) terms.push([other, rule.inputs[j]!]);
      // An index that the operand has twice walks its diagonal: the gradient lies there alone.
      const apart = own.map((name, axis) => {
        if (own.indexOf(name) === axis) return name;
        const n = sizes.get(name)!;
        terms.push([[name, `${name}${axis}`], ones([n, n], (at) => at % (n + 1) === 0)]);
        return `${name}${axis}`;
      });
      // What it alone was summed over comes back through ones.
      const missing = apart.filter((name) => !terms.some(([list]) => list.includes(name)));
      if (missing.length > 0) terms.push([missing, ones(missing.map((name) => sizes.get(name)!))]);
      const left = terms.map(([list]) => spelled(list).join('')).join();
      const equation = `${left}->${spelled(apart).join('')}`;
      return rule.sumTo(
        rule.add(
          einsum,
          { equation },
          terms.map(([, value]) => value),
        ),
        shapes[i]!.shape,
      );
    });
  },
};
