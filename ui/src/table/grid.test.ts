import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../dev/fake";
import App from "../App.svelte";
import { number } from "../kit/time";
import { people } from "../stores/people.svelte";
import { route } from "../stores/route.svelte";
import { session } from "../stores/session.svelte";

const person = userEvent.setup({ delay: null });
/** A table of twenty rows; jsdom lays nothing out. */
const HEIGHT = 668;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function table(said: number | null = null) {
  stage.said = said;
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  const grid = await screen.findByRole("grid", { name: "Users" });
  await waitFor(() => expect(grid.getAttribute("aria-rowcount")).toBe(String((said ?? 4000) + 1)));
  return grid;
}
const press = (grid: HTMLElement, key: string) => fireEvent.keyDown(grid, { key });
/** The numbers of the rows that are drawn, from top to bottom. */
const drawn = (grid: HTMLElement) =>
  [...grid.querySelectorAll(".grid-body [aria-rowindex]")]
    .map((row) => Number(row.getAttribute("aria-rowindex")) - 2)
    .sort((a, b) => a - b);
/** Where a row is below the upper edge of what is seen. */
function edge(grid: HTMLElement, index: number) {
  const row = grid.querySelector<HTMLElement>(`#row-${String(index)}`);
  return Number(/translateY\((-?[\d.]+)px\)/.exec(row?.style.transform ?? "")?.[1]) - grid.scrollTop;
}

beforeEach(async () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(HEIGHT);
  stage.pages = [];
  await session.close("start");
});
afterEach(() => {
  vi.restoreAllMocks();
  stage.said = null;
});

describe.each([1_200_000, 10_000_000])("a table of %d people", (said) => {
  it("has a box that no browser cuts, and each of its rows is reached by keys", async () => {
    const grid = await table(said);
    expect(screen.getAllByText(`${number(said)} users`).length).toBeGreaterThan(0);
    expect(grid.querySelector<HTMLElement>(".grid-body")?.style.height).toBe("16000000px");

    await press(grid, "End");
    expect(grid.getAttribute("aria-activedescendant")).toBe(`row-${String(said - 1)}`);
    expect(drawn(grid).at(-1)).toBe(said - 1);
    expect(edge(grid, said - 1)).toBe(HEIGHT - 28 - 32);
    await waitFor(() => expect(people.row(said - 1)).toBeDefined());
    await press(grid, "Enter");
    expect(route.get("user")).toBe(people.row(said - 1)?.username);

    await press(grid, "PageUp");
    await press(grid, "ArrowUp");
    const at = Number(grid.getAttribute("aria-activedescendant")?.slice(4));
    expect(said - 1 - at).toBeGreaterThan(10);
    expect(edge(grid, at)).toBeGreaterThanOrEqual(0);
    await press(grid, "Home");
    expect(drawn(grid)[0]).toBe(0);
    expect(edge(grid, 0)).toBe(0);
    await press(grid, "PageDown");
    expect(edge(grid, 1)).not.toBeNaN();
  });

  it("is scrolled to its proportional place and exactly in small ways", async () => {
    const grid = await table(said);
    grid.scrollTop = 8_000_000;
    await fireEvent.scroll(grid);
    const [first = 0] = drawn(grid);
    expect(Math.abs(first / said - 0.5)).toBeLessThan(0.001);
    grid.scrollTop += 320;
    await fireEvent.scroll(grid);
    expect(drawn(grid)[0]).toBe(first + 10);
  });
});

describe("scrolling", () => {
  it("shows people while an arrow key is held, and asks for each page once, the next one ahead", async () => {
    const grid = await table();
    let empty = 0;
    for (let step = 0; step < 450; step += 1) {
      await press(grid, "ArrowDown");
      await pause(3);
      if (!people.row(step + 1)) empty += 1;
    }
    expect(people.row(450)).toBeDefined();
    expect(empty).toBe(0);
    expect(stage.pages).toEqual([200, 400, 600]);
  });

  it("asks for rows before scrolling ends, and not for all that flew past", async () => {
    const grid = await table();
    let seen = 0;
    for (let step = 1; step <= 40; step += 1) {
      grid.scrollTop = step * 3_000;
      await fireEvent.scroll(grid);
      await pause(10);
      if (people.row(Math.floor((step * 3_000) / 32))) seen += 1;
    }
    expect(seen).toBeGreaterThan(0);
    await waitFor(() => expect(people.row(3_765)).toBeDefined());
    expect(stage.pages.length).toBeLessThan(20);
    expect(new Set(stage.pages).size).toBe(stage.pages.length);
  });

  it("draws anew only the rows that came into the window", async () => {
    const grid = await table();
    grid.scrollTop = 3_200;
    await fireEvent.scroll(grid);
    await waitFor(() => expect(people.row(130)).toBeDefined());
    const rows = [...grid.querySelectorAll(".grid-body [aria-rowindex]")];
    const before = rows.map((row) => row.getAttribute("aria-rowindex"));
    grid.scrollTop += 64;
    await fireEvent.scroll(grid);
    const after = [...grid.querySelectorAll(".grid-body [aria-rowindex]")];
    expect(after).toEqual(rows);
    expect(after.filter((row, at) => row.getAttribute("aria-rowindex") !== before[at])).toHaveLength(2);
  });
});
