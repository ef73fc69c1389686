/** @file The door of formats: bytes in, values out. */

export { type CsvTable, readCsv, writeCsv } from './csv.ts';
export { createImageDecoder, type ImageCodecs, type ImageDecoder } from './image/decode.ts';
export { readNpy, writeNpy } from './npy.ts';
export { readNpz, writeNpz } from './npz.ts';
export { type SupportedOperator, supportedOperators } from './onnx/operators.ts';
export { type ReadOnnxOptions, readOnnx } from './onnx/read.ts';
export { readTensorProto, type TensorRecord } from './onnx/tensor.ts';
export { type WriteOnnxOptions, writeOnnx } from './onnx/write.ts';
export { writtenOpset } from './onnx/write-operators.ts';
export {
  readSafetensors,
  type Safetensors,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './safetensors.ts';
export { readSidecar } from './sidecar.ts';
export { openZip, readZipDirectory, readZipEntry, type ZipArchive, type ZipEntry, type ZipSource } from './zip.ts';
