/** Closes a panel with Esc from anywhere inside, unless what is open in it takes the key. */
export function escape(close: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
}
