// Returns the first visible element of a role with an accessible name, or null.
// A name written as /…/ is a pattern. Good enough for a test suite; not the whole of the ARIA specification.
const [role, wanted] = arguments;
const implicit = {
  button: "button, summary", link: "a[href]", textbox: "textarea, input:not([type]), input[type=text], input[type=url], input[list]",
  searchbox: "input[type=search]", checkbox: "input[type=checkbox]", radio: "input[type=radio]", heading: "h1,h2,h3,h4",
  // No role of ARIA, but what a person sees: a field whose letters are hidden.
  password: "input[type=password]",
  combobox: "select", dialog: "dialog", row: "tr", navigation: "nav", main: "main", contentinfo: "footer",
  complementary: "aside", banner: "header", table: "table", listitem: "li", status: "output", spinbutton: "input[type=number]",
};
const visible = (e) => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden" && !e.closest("[inert]");
};
const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim();
const name = (e) => {
  const by = e.getAttribute("aria-labelledby");
  if (by) return squeeze(by.split(/\s+/).map((id) => document.getElementById(id)?.innerText ?? "").join(" "));
  if (e.getAttribute("aria-label")) return squeeze(e.getAttribute("aria-label"));
  if (e.labels?.length) return squeeze(e.labels[0].innerText);
  if (e.placeholder) return squeeze(e.placeholder);
  return squeeze(e.innerText) || squeeze(e.title);
};
const fits = wanted.startsWith("/") && wanted.endsWith("/") && wanted.length > 2
  ? ((pattern) => (text) => pattern.test(text))(new RegExp(wanted.slice(1, -1), "i"))
  : (text) => wanted === "" || text === wanted;
const selector = [`[role="${role}"]`, implicit[role]].filter(Boolean).join(", ");
for (const e of document.querySelectorAll(selector)) {
  const own = e.getAttribute("role");
  if (own && own !== role) continue;
  if (visible(e) && fits(name(e))) return e;
}
return null;
