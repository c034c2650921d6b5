import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/// Beside each file that is worth it, the same compressed: the daemon hands it out as it is.
const compressed = () => ({
  name: 'compressed',
  writeBundle(options: { dir?: string }) {
    const dir = options.dir!;
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|css|svg)$/.test(name)) continue;  // the page itself is written anew for its prefix
      const bytes = readFileSync(join(dir, name));
      if (bytes.length < 512) continue;
      writeFileSync(join(dir, name + '.br'),
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      writeFileSync(join(dir, name + '.gz'), gzipSync(bytes, { level: 9 }));
    }
  },
});

const daemon = process.env.FRESHET_URL ?? 'http://127.0.0.1:4747';

export default defineConfig({
  base: './',  // the daemon puts its prefix before what index.html names; the rest is found from there
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: process.env.FRESHET_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    assetsDir: 'static',
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': daemon, '/healthz': daemon } },
  plugins: [compressed()],
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000 },
});
