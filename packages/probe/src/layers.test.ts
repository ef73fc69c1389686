import { describe, expect, it } from 'vitest';
import { layerSet } from './layers.ts';
import { testGraph } from './test-graph.ts';

/** A gated block without, and a residual block with, an activation at its end; then a fire module. */
function graph() {
  const g = testGraph([16, 16], 3);
  const a = g.conv('data', { k: 3, p: 1, out: 4, activation: 'relu' }, 'stem');
  const gated = g.mul(a, g.conv(g.globalPool(a, 'squeeze'), { k: 1, out: 4 }, 'gate'), 'gated');
  const block1 = g.add(g.conv(gated, { k: 1, out: 4 }, 'project'), a, 'block1');
  const block2 = g.relu(g.add(g.conv(block1, { k: 3, p: 1, out: 4 }, 'body'), block1, 'block2/sum'), 'block2/relu');
  const turned = g.transpose(block2, [0, 2, 3, 1], 'turned');
  g.relu(turned, 'last');
  g.concat([g.conv(block2, { k: 1, out: 5 }, 'fire/one'), g.conv(block2, { k: 3, p: 1, out: 6 }, 'fire/three')], 'fire/concat');
  return g.bound();
}

describe('layerSet', () => {
  const layers = layerSet(graph(), 'canonical');

  it('stages and ends of blocks', () => {
    expect(layers.map(({ layer, op, stage, isBlockOutput }) => `${layer} ${op} ${stage}${isBlockOutput ? ' end' : ''}`)).toEqual(
      [
        'stem conv2d activation',
        'squeeze globalAveragePool pool',
        'gate conv2d linear',
        'gated mul merge',
        'block1 add merge end',
        'body conv2d linear',
        'block2/sum add merge',
        'block2/relu relu activation',
        'last relu activation',
        'fire/one conv2d linear',
        'fire/three conv2d linear',
        'fire/concat concat merge end',
      ].toSpliced(4, 0, 'project conv2d linear'),
    );
  });
  it('positions and channels, also of maps that lie h w c', () => {
    const sizes = (name: string) => {
      const { nChannels, heightUnits, widthUnits } = layers.find(({ layer }) => layer === name)!;
      return [nChannels, heightUnits, widthUnits];
    };
    expect([sizes('squeeze'), sizes('last'), sizes('fire/concat')]).toEqual([
      [4, 1, 1],
      [4, 16, 16],
      [11, 16, 16],
    ]);
  });
  it('all-nodes keeps views', () => {
    expect(layerSet(graph(), 'all-nodes').find(({ layer }) => layer === 'turned')).toMatchObject({
      op: 'transpose',
      stage: 'view',
    });
  });
  it.each([
    ['fire/*', ['fire/one', 'fire/three', 'fire/concat']],
    ['{gate,gated}', ['gate', 'gated']],
    ['b?dy', ['body']],
    ['block{1,2/*}', ['block1', 'block2/sum', 'block2/relu']],
  ])('glob %s', (glob, wanted) => {
    const found = layerSet(graph(), [glob]);
    expect(found.map(({ layer }) => layer)).toEqual(wanted);
    // A layer keeps its index, whatever is picked.
    for (const layer of found) expect(layers[layer.layerIndex]).toEqual(layer);
  });
  it('a glob that matches nothing names what is near', () => {
    expect(() => layerSet(graph(), ['stem', 'fir/three'])).toThrow(
      /^layers: "fir\/three" matches no layer\. Near names: fire\/three, fire\/one, /,
    );
    expect(() => layerSet(graph(), ['fire.one'])).toThrow('matches no layer');
  });
});
