/**
 * @file The one list of ops. Adding an op: write its file, add its attributes and its object here; the compiler names what is
 * missing. The ONNX reader maps its operators onto these names.
 */
import type { BatchNormAttributes } from './batch-norm.ts';
import type { BinaryAttributes } from './binary.ts';
import type { ConcatAttributes } from './concat.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import type { DenseAttributes } from './dense.ts';
import type { ExpandAttributes, TileAttributes } from './expand.ts';
import type { GatherAttributes } from './gather.ts';
import type { GlobalPoolAttributes } from './global-pool.ts';
import type { LayerNormAttributes } from './layer-norm.ts';
import type { LrnAttributes } from './lrn.ts';
import type { MatmulAttributes } from './matmul.ts';
import type { PadAttributes } from './pad.ts';
import type { Pool2dAttributes } from './pool2d.ts';
import type { ReduceAttributes } from './reduce.ts';
import type { FlattenAttributes, IdentityAttributes, ReshapeAttributes, SqueezeAttributes, UnsqueezeAttributes } from './reshape.ts';
import type { ResizeAttributes } from './resize.ts';
import type { CastAttributes, ConstantOfShapeAttributes, RangeAttributes, ShapeAttributes } from './shape.ts';
import type { SliceAttributes } from './slice.ts';
import type { SoftmaxAttributes } from './softmax.ts';
import type { SplitAttributes } from './split.ts';
import type { TransposeAttributes } from './transpose.ts';
import type { UnaryAttributes } from './unary.ts';
import type { WhereAttributes } from './where.ts';

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
