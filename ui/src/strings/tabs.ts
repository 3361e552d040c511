/** What is written on the tabs of open pools. */
export const b = {
  title: "Open pools",
  one: "open pool",
  choose: "Choose a pool",
  another: "Open another pool",
  close: (name: string) => `Close ${name}`,
  closeHint: "Close (Ctrl W)",
  readOnly: "read-only",
  unlocked: "unlocked",
  syncing: "syncing",
  syncingTo: (percent: number) => `syncing ${percent} %`,
  signIn: "its sync waits for a sign-in",
  failed: "its sync failed",
  local: "local copy",
  keys: {
    title: "Open pools",
    keys: [
      { keys: ["Ctrl", "Tab"], what: "The next one; with Shift the one before" },
      { keys: ["Ctrl", "1"], what: "The first; Ctrl 2 to Ctrl 9 the others" },
      { keys: ["Ctrl", "T"], what: "Open another one" },
      { keys: ["Ctrl", "W"], what: "Close this one" },
    ],
  },
};
