/** @file The door of formats: bytes in, values out. */

export { type CsvTable, readCsv, writeCsv } from './csv.ts';
export { createImageDecoder, type ImageCodecs, type ImageDecoder } from './image/decode.ts';
export { readNpy, writeNpy } from './npy.ts';
export { readNpz, writeNpz } from './npz.ts';
export { type SupportedOperator, supportedOperators } from './onnx/operators.ts';
export { readOnnx } from './onnx/read.ts';
export { readTensorProto } from './onnx/tensor.ts';
export { readSidecar } from './sidecar.ts';
export { openZip, type ZipArchive } from './zip.ts';
