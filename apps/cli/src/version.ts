/** @file The version that manifests and `--version` give: that of the repository. */
import manifest from '../../../package.json' with { type: 'json' };

export const version: string = manifest.version;
