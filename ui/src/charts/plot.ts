/** What charts have in common: axes, colours, numbers that fit. */
import type uPlot from "uplot";

export interface Drawn {
  Plot: typeof uPlot;
  /** The value of a design token such as `--chart-mark`. */
  colour: (token: string) => string;
}

/** uPlot, which writes numbers in the browser's language as soon as it is loaded. Where the system's is "C", as under a
 * bare display, that is no language at all, and nothing could be drawn. */
export async function library(): Promise<typeof uPlot> {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
  }
  return (await import("uplot")).default;
}

const FONT = '11px "Inter Variable", Inter, system-ui, sans-serif';

/** `70k`, `1.2M`: for axes alone. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`;
  if (size >= 1_000) return `${Number((value / 1_000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

/** Axes in the colours of the page. */
export function axes(
  { colour }: Drawn,
  across: (value: number) => string,
  up: (value: number) => string,
): uPlot.Axis[] {
  const look = { font: FONT, stroke: colour("--fg-3"), ticks: { show: false } };
  return [
    { ...look, grid: { show: false }, size: 28, values: (_, ticks) => ticks.map((tick) => across(tick)) },
    {
      ...look,
      grid: { stroke: colour("--chart-grid"), width: 1 },
      size: 58,
      values: (_, ticks) => ticks.map((tick) => up(tick)),
    },
  ];
}

/** What every chart is: quiet, without a legend and a cursor of its own. */
export const quiet: Pick<uPlot.Options, "legend" | "cursor" | "padding"> = {
  legend: { show: false },
  cursor: { show: false },
  padding: [8, 26, 0, 0],
};
