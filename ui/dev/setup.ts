import { cleanup, configure } from "@testing-library/svelte";
import { afterEach } from "vitest";

// What jsdom lacks and the window uses.
class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
process.env.DEBUG_PRINT_LIMIT = "0";
// A machine that compiles meanwhile takes its time.
configure({ asyncUtilTimeout: 8000 });
globalThis.ResizeObserver ??= Observer as never;
// Its own is for any text; the tests have names of classes only.
globalThis.CSS ??= { escape: (text: string) => text } as never;
Element.prototype.scrollTo ??= () => undefined;
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.hasPointerCapture ??= () => false;

afterEach(cleanup);
