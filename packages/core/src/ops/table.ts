/**
 * @file The one list of ops. Adding an op: write its file, add its attributes and its object here; the compiler names what is
 * missing. The ONNX reader maps its operators onto these names.
 */
import { type BatchNormAttributes, batchNorm } from './batch-norm.ts';
import { type BinaryAttributes, binary } from './binary.ts';
import { type ConcatAttributes, concat } from './concat.ts';
import { type Conv2dAttributes, conv2d } from './conv2d.ts';
import { type DenseAttributes, dense } from './dense.ts';
import { type ExpandAttributes, expand, type TileAttributes, tile } from './expand.ts';
import { type GatherAttributes, gather } from './gather.ts';
import { type GlobalPoolAttributes, globalPool } from './global-pool.ts';
import { type LayerNormAttributes, layerNorm } from './layer-norm.ts';
import { type LrnAttributes, lrn } from './lrn.ts';
import { type MatmulAttributes, matmul } from './matmul.ts';
import type { Op } from './op.ts';
import { type PadAttributes, pad } from './pad.ts';
import { type Pool2dAttributes, pool2d } from './pool2d.ts';
import { type ReduceAttributes, reduce } from './reduce.ts';
import {
  type FlattenAttributes,
  flatten,
  type IdentityAttributes,
  identity,
  type ReshapeAttributes,
  reshape,
  type SqueezeAttributes,
  squeeze,
  type UnsqueezeAttributes,
  unsqueeze,
} from './reshape.ts';
import { type ResizeAttributes, resize } from './resize.ts';
import {
  type CastAttributes,
  type ConstantOfShapeAttributes,
  cast,
  constantOfShape,
  type RangeAttributes,
  range,
  type ShapeAttributes,
  shape,
} from './shape.ts';
import { type SliceAttributes, slice } from './slice.ts';
import { type SoftmaxAttributes, softmax } from './softmax.ts';
import { type SplitAttributes, split } from './split.ts';
import { type TransposeAttributes, transpose } from './transpose.ts';
import { type UnaryAttributes, unary } from './unary.ts';
import { type WhereAttributes, where } from './where.ts';

export interface OpAttributes {
  conv2d: Conv2dAttributes;
  pool2d: Pool2dAttributes;
  globalPool: GlobalPoolAttributes;
  dense: DenseAttributes;
  matmul: MatmulAttributes;
  batchNorm: BatchNormAttributes;
  layerNorm: LayerNormAttributes;
  lrn: LrnAttributes;
  unary: UnaryAttributes;
  binary: BinaryAttributes;
  where: WhereAttributes;
  softmax: SoftmaxAttributes;
  concat: ConcatAttributes;
  slice: SliceAttributes;
  split: SplitAttributes;
  pad: PadAttributes;
  reshape: ReshapeAttributes;
  flatten: FlattenAttributes;
  squeeze: SqueezeAttributes;
  unsqueeze: UnsqueezeAttributes;
  identity: IdentityAttributes;
  transpose: TransposeAttributes;
  gather: GatherAttributes;
  expand: ExpandAttributes;
  tile: TileAttributes;
  reduce: ReduceAttributes;
  resize: ResizeAttributes;
  shape: ShapeAttributes;
  constantOfShape: ConstantOfShapeAttributes;
  cast: CastAttributes;
  range: RangeAttributes;
}
export type OpName = keyof OpAttributes;

export const ops: { readonly [K in OpName]: Op<OpAttributes[K]> } = {
  conv2d,
  pool2d,
  globalPool,
  dense,
  matmul,
  batchNorm,
  layerNorm,
  lrn,
  unary,
  binary,
  where,
  softmax,
  concat,
  slice,
  split,
  pad,
  reshape,
  flatten,
  squeeze,
  unsqueeze,
  identity,
  transpose,
  gather,
  expand,
  tile,
  reduce,
  resize,
  shape,
  constantOfShape,
  cast,
  range,
};
