import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Only `vite dev` and the unit tests talk to a made-up backend; the built app knows nothing of it.
export default defineConfig(({ command }) => ({
  root: here("."),
  plugins: [svelte()],
  resolve: {
    conditions: process.env.VITEST ? ["browser"] : undefined,
    alias: {
      "#bindings": here(command === "serve" ? "./dev/fake.ts" : "./src/ipc/generated/bindings.ts"),
    },
  },
  server: { port: 5199, strictPort: true },
  build: {
    target: "es2022",
    // The content security policy allows files from the app only: nothing inlined, no injected script.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["./dev/setup.ts"],
    testTimeout: 30_000,
  },
}));
