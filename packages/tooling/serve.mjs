/** @file A static server of the built web app on this machine alone; `node serve.mjs [PORT]`, and a function for tests. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.csv': 'text/csv; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** The built web app. */
export const webFolder = fileURLToPath(new URL('../../apps/web/dist/', import.meta.url));

/**
 * Serves a folder on localhost under a sub-path, as any static host would.
 *
 * @param {{ folder?: string, port?: number, base?: string, isolated?: boolean, handle?: (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean }} [options]
 *   port 0: any free one; base: path it is served under, with slashes at both ends; isolated: with the two headers that let
 *   the page's workers share memory, which a plain static host does not send; handle: sees each request first and returns true
 *   if it has answered it.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} url ends in a slash
 */
export async function serve({ folder = webFolder, port = 0, base = '/', isolated = false, handle } = {}) {
  const server = createServer((request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    if (handle?.(request, response)) return;
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    let file = path.startsWith(base) ? join(folder, normalize(`/${path.slice(base.length)}`)) : '';
    if (file.endsWith(sep)) file += 'index.html';
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(`No such file: ${path}\n`);
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' && address ? address.port : port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = Number(process.argv[2] ?? process.env.PORT ?? 4173);
  const { url } = await serve({ port: wanted, isolated: true }).catch((error) => {
    if (error.code === 'EADDRINUSE') return serve({ isolated: true });
    throw error;
  });
  console.log(`Ventral is at ${url} (Ctrl-C ends it)`);
}
