import { describe, expect, it, vi } from "vitest";
import { QueryDraft, segments, without } from "./draft.svelte";
import { quoted } from "./quoting";
import { displayName } from "./person";

const typed = async (text: string) => {
  const run = vi.fn();
  const draft = new QueryDraft(run);
  draft.typed = text;
  await draft.commit();
  return { draft, run };
};

describe("the query bar", () => {
  it("makes chips of what was typed and searches for it", async () => {
    const { draft, run } = await typed("acme -group:beta created>2026-01-01");
    expect(draft.chips.map((chip) => chip.text)).toEqual(["acme", "-group:beta", "created>2026-01-01"]);
    expect(draft.typed).toBe("");
    expect(run).toHaveBeenLastCalledWith("acme -group:beta created>2026-01-01");
  });

  it("goes on typing behind the chips, and the text stays whole", async () => {
    const { draft, run } = await typed("status:CONFIRMED");
    draft.typed = "okafor";
    await draft.changed();
    expect(run).toHaveBeenLastCalledWith("status:CONFIRMED okafor");
  });

  it("turns the last chip back into text", async () => {
    const { draft } = await typed("acme group:ops");
    draft.reopen();
    expect([draft.committed, draft.typed, draft.chips.length]).toEqual(["acme", "group:ops", 1]);
  });

  it("takes one chip away", async () => {
    const { draft, run } = await typed("acme group:ops okafor");
    const chip = draft.chips[1];
    if (chip) await draft.remove(chip);
    expect(draft.committed).toBe("acme okafor");
    expect(run).toHaveBeenLastCalledWith("acme okafor");
  });

  it("opens the whole query when terms are combined by or", async () => {
    const { draft } = await typed("acme or okafor");
    expect(draft.simple).toBe(false);
    draft.reopen();
    expect([draft.committed, draft.typed]).toEqual(["", "acme or okafor"]);
  });

  it("keeps a query that cannot be read as text, says where it is wrong and does not search", async () => {
    const { draft, run } = await typed("acme tenant:42");
    expect(draft.chips).toEqual([]);
    expect(draft.typed).toBe("acme tenant:42");
    expect(draft.full.slice(draft.error?.startUtf16, draft.error?.endUtf16)).toBe("tenant");
    expect(run).not.toHaveBeenCalled();
  });

  it("puts a proposal in the place of what is wrong", async () => {
    const { draft, run } = await typed("acme tenant:42");
    await draft.repair("email");
    expect(draft.committed).toBe("acme email:42");
    expect(run).toHaveBeenLastCalledWith("acme email:42");
  });

  it("proposes nothing for a text that was searched for meanwhile", async () => {
    const draft = new QueryDraft(vi.fn());
    draft.typed = "sta";
    await draft.complete(3);
    expect(draft.items).not.toEqual([]);
    const late = draft.complete(3);
    await draft.commit();
    await late;
    expect(draft.items).toEqual([]);
  });

  it("completes behind a chip", async () => {
    const { draft } = await typed("acme");
    draft.typed = "gro";
    await draft.complete(3);
    const item = draft.items[0];
    expect(item?.insert).toBe("group:");
    if (item) await draft.take(item);
    expect([draft.committed, draft.typed]).toEqual(["acme", "group:"]);
  });
});

describe("text around chips", () => {
  const chip = (startUtf16: number, endUtf16: number, text: string) => ({
    startUtf16,
    endUtf16,
    text,
    field: null,
    operator: null,
    value: text,
    negated: false,
  });
  it("shows what stands between terms", () => {
    const parts = segments("(a or b)", [chip(1, 2, "a"), chip(6, 7, "b")]);
    expect(parts.map((part) => part.text)).toEqual(["(", "a", "or", "b", ")"]);
  });
  it("closes the gap that a term leaves", () => expect(without("a b  c", chip(2, 3, "b"))).toBe("a c"));
});

describe("values in queries", () => {
  it.each([
    ["admins", "admins"],
    ["ada@x.example", "ada@x.example"],
    ["two words", '"two words"'],
    ["a*", '"a*"'],
    ["or", '"or"'],
    ["-x", '"-x"'],
    ['say "hi" \\ there', '"say \\"hi\\" \\\\ there"'],
  ])("%s is written %s", (value, written) => expect(quoted(value)).toBe(written));
});

describe("what a person is called", () => {
  it.each([
    [{ name: "Ada", email: "a@x" }, "Ada"],
    [{ given_name: "Ada", family_name: "Lovelace" }, "Ada Lovelace"],
    [{ email: "a@x" }, "a@x"],
    [{}, "u1"],
  ])("%o is %s", (attributes, name) => {
    expect(displayName({ username: "u1", attributes: attributes as Record<string, string> })).toBe(name);
  });
});
