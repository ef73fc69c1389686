/**
 * @file The one list of ops. Adding an op: write its file, add its attributes and its object here; the compiler names what is
 * missing. The ONNX reader maps its operators onto these names.
 */
import {
  type BatchNormAttributes,
  type BatchNormGradientAttributes,
  type BatchNormTrainingAttributes,
  batchNorm,
  batchNormGradient,
  batchNormTraining,
} from './batch-norm.ts';
import { type BinaryAttributes, binary } from './binary.ts';
import { type ConcatAttributes, concat } from './concat.ts';
import {
  type ConvNdAttributes,
  type ConvNdWeightGradientAttributes,
  type ConvTransposeAttributes,
  convNd,
  convNdWeightGradient,
  convTranspose,
} from './conv-nd.ts';
import {
  type Conv2dAttributes,
  type Conv2dGradientAttributes,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
} from './conv2d.ts';
import { type DenseAttributes, dense } from './dense.ts';
import { type DepthToSpaceAttributes, depthToSpace, type SpaceToDepthAttributes, spaceToDepth } from './depth-to-space.ts';
import { type EinsumAttributes, einsum } from './einsum.ts';
import { type ExpandAttributes, expand, type TileAttributes, tile } from './expand.ts';
import { type GatherAttributes, gather } from './gather.ts';
import { type GlobalPoolAttributes, globalPool } from './global-pool.ts';
import { type GroupNormAttributes, groupNorm } from './group-norm.ts';
import { type LayerNormAttributes, layerNorm } from './layer-norm.ts';
import { type LrnAttributes, lrn } from './lrn.ts';
import { type MatmulAttributes, matmul } from './matmul.ts';
import type { Op } from './op.ts';
import { type CenterCropPadAttributes, centerCropPad, type PadAttributes, pad } from './pad.ts';
import { type PoolNdAttributes, poolNd, poolNdGradient } from './pool-nd.ts';
import { type Pool2dAttributes, pool2d, pool2dGradient } from './pool2d.ts';
import { type DequantizeAttributes, dequantize, type QuantizeAttributes, quantize } from './quantize.ts';
import { type ArgMaxAttributes, argMax, type HardmaxAttributes, hardmax, type TopKAttributes, topK } from './rank.ts';
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
import { type ScatterAddAttributes, scatterAdd } from './scatter-add.ts';
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
import { type UnaryAttributes, unary, unaryGradient } from './unary.ts';
import { type WhereAttributes, where } from './where.ts';

export interface OpAttributes {
  conv2d: Conv2dAttributes;
  convNd: ConvNdAttributes;
  convTranspose: ConvTransposeAttributes;
  pool2d: Pool2dAttributes;
  poolNd: PoolNdAttributes;
  globalPool: GlobalPoolAttributes;
  dense: DenseAttributes;
  matmul: MatmulAttributes;
  einsum: EinsumAttributes;
  batchNorm: BatchNormAttributes;
  layerNorm: LayerNormAttributes;
  groupNorm: GroupNormAttributes;
  lrn: LrnAttributes;
  unary: UnaryAttributes;
  binary: BinaryAttributes;
  where: WhereAttributes;
  softmax: SoftmaxAttributes;
  hardmax: HardmaxAttributes;
  argMax: ArgMaxAttributes;
  topK: TopKAttributes;
  concat: ConcatAttributes;
  slice: SliceAttributes;
  split: SplitAttributes;
  pad: PadAttributes;
  centerCropPad: CenterCropPadAttributes;
  reshape: ReshapeAttributes;
  flatten: FlattenAttributes;
  squeeze: SqueezeAttributes;
  unsqueeze: UnsqueezeAttributes;
  identity: IdentityAttributes;
  transpose: TransposeAttributes;
  depthToSpace: DepthToSpaceAttributes;
  spaceToDepth: SpaceToDepthAttributes;
  gather: GatherAttributes;
  expand: ExpandAttributes;
  tile: TileAttributes;
  reduce: ReduceAttributes;
  resize: ResizeAttributes;
  shape: ShapeAttributes;
  constantOfShape: ConstantOfShapeAttributes;
  cast: CastAttributes;
  range: RangeAttributes;
  quantize: QuantizeAttributes;
  dequantize: DequantizeAttributes;
  // Training and the backward pass.
  batchNormTraining: BatchNormTrainingAttributes;
  batchNormGradient: BatchNormGradientAttributes;
  conv2dInputGradient: Conv2dGradientAttributes;
  conv2dWeightGradient: Conv2dGradientAttributes;
  convNdWeightGradient: ConvNdWeightGradientAttributes;
  pool2dGradient: Pool2dAttributes;
  poolNdGradient: PoolNdAttributes;
  unaryGradient: UnaryAttributes;
  scatterAdd: ScatterAddAttributes;
}
export type OpName = keyof OpAttributes;

export const ops: { readonly [K in OpName]: Op<OpAttributes[K]> } = {
  conv2d,
  convNd,
  convTranspose,
  pool2d,
  poolNd,
  globalPool,
  dense,
  matmul,
  einsum,
  batchNorm,
  layerNorm,
  groupNorm,
  lrn,
  unary,
  binary,
  where,
  softmax,
  hardmax,
  argMax,
  topK,
  concat,
  slice,
  split,
  pad,
  centerCropPad,
  reshape,
  flatten,
  squeeze,
  unsqueeze,
  identity,
  transpose,
  depthToSpace,
  spaceToDepth,
  gather,
  expand,
  tile,
  reduce,
  resize,
  shape,
  constantOfShape,
  cast,
  range,
  quantize,
  dequantize,
  batchNormTraining,
  batchNormGradient,
  conv2dInputGradient,
  conv2dWeightGradient,
  convNdWeightGradient,
  pool2dGradient,
  poolNdGradient,
  unaryGradient,
  scatterAdd,
};
