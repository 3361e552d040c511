/**
 * Makes foreign text safe to look at: control, direction, zero-width and tag characters are shown instead of acting.
 *
 * People of a pool write their own names. A name may turn the reading direction around, hide a letter or pile up marks;
 * nothing is removed here, everything becomes visible.
 */

/** A stretch of text; `hidden` tells what stands here when the character itself would not be seen. */
export interface Part {
  text: string;
  hidden?: string;
}

const NAMES: Record<number, string> = {
  0x00ad: "soft hyphen",
  0x034f: "combining grapheme joiner",
  0x061c: "Arabic letter mark",
  0x180e: "Mongolian vowel separator",
  0x200b: "zero width space",
  0x200c: "zero width non-joiner",
  0x200d: "zero width joiner",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x2028: "line separator",
  0x2029: "paragraph separator",
  0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding",
  0x202c: "pop directional formatting",
  0x202d: "left-to-right override",
  0x202e: "right-to-left override",
  0x2060: "word joiner",
  0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate",
  0x2068: "first strong isolate",
  0x2069: "pop directional isolate",
  0xfeff: "byte order mark",
};

/** Marks on one letter beyond this number are counted instead of drawn. */
const MOST_MARKS = 4;

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u034f\u115f\u1160\u3164\uffa0]/u;
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}]/u;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u;
const MARK = /\p{M}/u;

function label(code: number): string {
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  if (NAMES[code]) return `${number} ${NAMES[code]}`;
  if (code >= 0xe0000 && code <= 0xe007f) return `${number} tag character`;
  return `${number} control character`;
}

function symbol(code: number): string {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** A joiner does its proper work between letters of scripts that need it, and inside an emoji. */
function joins(before: string, code: number, after: string): boolean {
  if (code !== 0x200c && code !== 0x200d) return false;
  if (code === 0x200d && EMOJI.test(before) && EMOJI.test(after)) return true;
  return JOINING.test(before) && JOINING.test(after);
}

/** Most text has nothing to be found in it, and a table shows hundreds of them. */
const HARMLESS = /^[ -~]*$/;

/** Splits text into what can be drawn as it is and what has to be shown by name. */
export function visibleParts(text: string): Part[] {
  if (HARMLESS.test(text)) return text ? [{ text }] : [];
  const parts: Part[] = [];
  const characters = Array.from(text);
  let plain = "";
  let marks = 0;
  const flush = () => {
    if (plain) parts.push({ text: plain });
    plain = "";
  };
  const flushMarks = () => {
    if (marks > MOST_MARKS) {
      flush();
      parts.push({ text: `⟨+${marks - MOST_MARKS}⟩`, hidden: `${marks - MOST_MARKS} more combining marks` });
    }
    marks = 0;
  };
  characters.forEach((character, index) => {
    const code = character.codePointAt(0) ?? 0;
    if (MARK.test(character) && !HIDDEN.test(character)) {
      marks += 1;
      if (marks <= MOST_MARKS) plain += character;
      return;
    }
    flushMarks();
    if (HIDDEN.test(character) && !joins(characters[index - 1] ?? "", code, characters[index + 1] ?? "")) {
      flush();
      parts.push({ text: symbol(code), hidden: label(code) });
    } else {
      plain += character;
    }
  });
  flushMarks();
  flush();
  return parts;
}

/** The same as plain text, for tooltips, titles and labels. */
export function visibleText(text: string): string {
  return visibleParts(text)
    .map((part) => part.text)
    .join("");
}

/** Cuts an identifier in the middle, where it carries least: `7f3a91c4…c21e`. */
export function middleCut(text: string, head: number, tail: number): [string, string] | null {
  const characters = Array.from(text);
  if (characters.length <= head + tail + 2) return null;
  return [characters.slice(0, head).join(""), characters.slice(-tail).join("")];
}
