/** @file What the module exports: exactly the methods of KernelExports in src/abi.ts, which describes them. */
export { f32_constants } from './constants';
export { f32_pack, f32_dense } from './gemm';
export { f32_conv2d, f32_conv2d_scratch } from './conv';
export { f32_winograd_pack, f32_conv2d_winograd, f32_winograd_scratch } from './winograd';
export { f32_depthwise2d, f32_depthwise2d_scratch, f32_depthwise_pack } from './depthwise';
export { f32_max_pool2d, f32_average_pool2d } from './pool';
export { f32_unary, f32_binary, f32_where, f32_copy, f32_fill, f32_scale_shift } from './elementwise';
export { f32_softmax, f32_reduce, f32_layer_norm, f32_lrn } from './normalise';
export { f32_resize2d } from './resize';
export { f32_dot, f32_log_histograms, f32_moments, f32_unit_responses } from './reduce';
export {
  f32_average_pool2d_gradient, f32_batch_norm_factors, f32_batch_norm_gradient, f32_batch_norm_scratch, f32_batch_statistics, f32_conv2d_input_gradient,
  f32_max_pool2d_gradient, f32_scatter_add, f32_unary_gradient,
} from './backward';
export {
  f32_conv2d_weight_gradient, f32_conv2d_weight_gradient_scratch, f32_depthwise2d_weight_gradient, f32_winograd_weight_gradient,
  f32_winograd_weight_gradient_scratch,
} from './weight-gradient';
