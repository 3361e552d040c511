import { describe, expect, it } from "vitest";
import { middleCut, visibleParts, visibleText } from "./visible";

describe("foreign text becomes visible", () => {
  it("leaves ordinary text of many scripts alone", () => {
    for (const text of ["Zoë van der Berg", "田中 美咲", "فاطمة الزهراء", "आरव शर्मा", "Nguyễn Thị Hương", "👩🏽‍🚀 Ada"]) {
      expect(visibleParts(text)).toEqual([{ text }]);
    }
  });

  it.each([
    ["a right-to-left override", "\u202Egnp.exe", "⟨202E⟩gnp.exe"],
    ["an isolate", "a\u2066b\u2069", "a⟨2066⟩b⟨2069⟩"],
    ["a zero width space", "ad\u200Bmin", "ad⟨200B⟩min"],
    ["a byte order mark", "\uFEFFx", "⟨FEFF⟩x"],
    ["a tag character", "x\u{E0041}", "x⟨E0041⟩"],
    ["line breaks and tabs", "one\ntwo\tthree", "one␊two␉three"],
    ["NUL and escape", "\u0000\u001b[31m", "␀␛[31m"],
    ["delete", "\u007f", "␡"],
    ["a line separator", "a\u2028b", "a⟨2028⟩b"],
    ["a hangul filler that looks like nothing", "a\u3164b", "a⟨3164⟩b"],
    ["a lone surrogate", "a\ud800b", "a⟨D800⟩b"],
  ])("shows %s", (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it("names what it shows", () => {
    expect(visibleParts("\u202E")).toEqual([{ text: "⟨202E⟩", hidden: "U+202E right-to-left override" }]);
  });

  it("keeps joiners where a script needs them, and shows them where they hide", () => {
    expect(visibleText("می\u200Cخواهم")).toBe("می\u200Cخواهم");
    expect(visibleText("ad\u200Dmin")).toBe("ad⟨200D⟩min");
  });

  it("draws four marks on a letter and counts the rest", () => {
    expect(visibleText("Z" + "\u0301".repeat(14) + "a")).toBe("Z" + "\u0301".repeat(4) + "⟨+10⟩a");
  });

  it("never loses a plain character of markup", () => {
    const text = "<img src=x onerror=\"alert(1)\">{{'a'}}</script>";
    expect(visibleText(text)).toBe(text);
  });
});

describe("identifiers are cut in the middle", () => {
  it("keeps head and tail", () => expect(middleCut("7f3a91c4-aaaa-c21e", 4, 4)).toEqual(["7f3a", "c21e"]));
  it("leaves short ones whole", () => expect(middleCut("7f3a91c4", 4, 4)).toBeNull());
});
