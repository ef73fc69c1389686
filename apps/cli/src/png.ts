/** @file Image → PNG, 8-bit RGB. Writing only; reading is formats. Format: W3C PNG (third edition). */
import { crc32, deflateSync } from 'node:zlib';
import type { Image } from '@ventral/core';

/** Deterministic: no text, no time. */
export function encodePng({ heightPx, widthPx, data }: Image): Uint8Array {
  const rowBytes = 3 * widthPx;
  const rows = Buffer.alloc(heightPx * (rowBytes + 1));
  for (let y = 0; y < heightPx; y++) rows.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}
