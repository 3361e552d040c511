/** How far a part of the page is scrolled. */
export interface Scrolled {
  /** The part: a selector, and which of those that fit. */
  part: string;
  nth: number;
  top: number;
  left: number;
}

/** Rows and figures may take a moment; what is not there by then stays at its beginning. */
const PATIENCE_MS = 8000;
/** Who does one of these is not pulled back. */
const DOING = ["wheel", "pointerdown", "keydown", "touchstart"] as const;
const MOVING = /^(Arrow.*|Page.*|Home|End| )$/;

let stop: () => void = () => undefined;

/** How far everything on the page is scrolled that is. */
export function scrolls(): Scrolled[] {
  const scrolled = [...document.querySelectorAll("#pool-panel *")].filter((e) => e.scrollTop > 0 || e.scrollLeft > 0);
  return scrolled.map((element) => {
    const part = element.classList[0] ? `.${CSS.escape(element.classList[0])}` : element.tagName.toLowerCase();
    const nth = [...document.querySelectorAll(`#pool-panel ${part}`)].indexOf(element);
    return { part, nth, top: element.scrollTop, left: element.scrollLeft };
  });
}

/** Scrolls everything to where it was, as soon as it is there and long enough. */
export function scrollBack(wanted: Scrolled[]): void {
  stop();
  if (wanted.length === 0) return;
  let missing = wanted;
  const until = performance.now() + PATIENCE_MS;
  const look = () => {
    missing = missing.filter(({ part, nth, top, left }) => {
      const element = document.querySelectorAll(`#pool-panel ${part}`)[nth];
      if (!element || element.scrollHeight - element.clientHeight < top) return true;
      element.scrollTo({ top, left });
      return Math.abs(element.scrollTop - top) > 1;
    });
    if (missing.length === 0 || performance.now() > until) stop();
    else frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  const moved = (event: Event) => {
    if (!(event instanceof KeyboardEvent) || MOVING.test(event.key)) stop();
  };
  stop = () => {
    cancelAnimationFrame(frame);
    for (const name of DOING) window.removeEventListener(name, moved, { capture: true });
    stop = () => undefined;
  };
  for (const name of DOING) window.addEventListener(name, moved, { capture: true, passive: true });
}
