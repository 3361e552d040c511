import { afterEach, describe, expect, it, vi } from "vitest";
import { backend, type ExportView } from "../ipc/client";
import { exporting } from "./exporting.svelte";
import { toasts } from "./toasts.svelte";

const at = (written: number, more: Partial<ExportView> = {}): ExportView => ({
  written,
  total: 1000,
  ended: false,
  path: null,
  error: null,
  ...more,
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("an export", () => {
  it("is followed to its end whatever page is open, through an answer that failed", async () => {
    vi.useFakeTimers();
    vi.spyOn(backend, "startExport").mockResolvedValue(at(0));
    const answers = [at(300), at(600), at(1000, { ended: true, path: "/downloads/users.csv" })];
    const get = vi.spyOn(backend, "getExport").mockRejectedValueOnce(new Error("busy"));
    get.mockImplementation(() => Promise.resolve(answers.shift() ?? null));
    const said = vi.spyOn(toasts, "say");
    await exporting.start({
      query: "",
      sort: { field: "username", descending: false },
      columns: [],
      format: "csv",
      list: null,
    });
    await vi.advanceTimersByTimeAsync(300 + 2000 + 300);
    expect(exporting.running?.written).toBe(600);
    expect(exporting.pace?.seconds).toBe(2);
    await vi.advanceTimersByTimeAsync(300);
    expect(exporting.running).toBeNull();
    expect(said.mock.lastCall?.[0]).toContain("/downloads/users.csv");
  });

  it("that is under way is found again, and one that has ended is no news", async () => {
    vi.useFakeTimers();
    const get = vi.spyOn(backend, "getExport").mockResolvedValue(at(1000, { ended: true, path: "/old.csv" }));
    const said = vi.spyOn(toasts, "say");
    await exporting.find();
    expect(exporting.running).toBeNull();
    get.mockResolvedValue(at(10));
    await exporting.find();
    expect(exporting.running?.written).toBe(10);
    get.mockResolvedValue(at(20, { ended: true, error: { code: "cancelled" } as ExportView["error"] }));
    await vi.advanceTimersByTimeAsync(300);
    expect(exporting.running).toBeNull();
    expect(said).not.toHaveBeenCalled();
  });
});
