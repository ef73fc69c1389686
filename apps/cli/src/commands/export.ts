/** @file `ventral export`: any network as one ONNX file, its sidecar's facts inside. */
import { writeOnnx, writtenOpset } from '@ventral/formats';
import { WrongUse } from '../errors.ts';
import { inModel, openModel } from '../model.ts';
import { formatBytes } from '../progress.ts';
import { writeFile } from '../write.ts';

export interface ExportOptions {
  readonly out: string;
  readonly half: boolean;
}

export async function exportModel(name: string, { out, half }: ExportOptions): Promise<void> {
  if (!out.endsWith('.onnx')) throw new WrongUse(`--out must name an .onnx file, got "${out}".`);
  const { graph } = await openModel(name);
  const bytes = await inModel(name, () => writeOnnx(graph, { halfWeights: half }));
  writeFile(out, bytes);
  process.stderr.write(
    `${out}: ${formatBytes(bytes.length)}, opset ${writtenOpset}${half ? ', large weights as float16' : ''}\n`,
  );
}
