import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.ROWHOUSE_URL ?? 'http://localhost:5080';
const proxied = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  plugins: [react()],
  // The server replaces the placeholder in index.html by a fresh nonce with every answer.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    manifest: true,
    // Every asset is a file that browsers keep. The server's policy allows data URLs for images only, so a font inlined as one would be blocked.
    assetsInlineLimit: 0,
    // A browser that preloads no modules loads them when they are imported: that is no reason to send all the others a stand-in.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '^/api/': proxied, '^/t/[^/]+/api/': proxied },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'tests/**/*.test.{ts,tsx}'] },
});
