import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

const noTauri = {
  patterns: [
    { group: ["@tauri-apps/*"], message: "Only src/ipc talks to the backend: use src/ipc/client." },
    { group: ["#bindings", "**/generated/*"], message: "Only src/ipc/client reads the generated bindings." },
    { group: ["**/dev/*"], message: "The made-up backend is for `vite dev` and tests." },
  ],
};

// Values from a pool are foreign text: they reach the page as text nodes, never as markup.
const noMarkup = [
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]",
    message: "Text nodes only.",
  },
  {
    selector: "MemberExpression[object.name='document'][property.name=/^(write|writeln)$/]",
    message: "Text nodes only.",
  },
  { selector: "NewExpression[callee.name='Function']", message: "No code from text." },
  // Style directives go through the CSSOM; the content security policy refuses style attributes.
  { selector: "SvelteAttribute[key.name='style']", message: "Use a class or a style directive." },
];

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/ipc/generated/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs["flat/recommended"],
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"] } },
  },
  {
    rules: {
      "no-undef": "off",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-imports": ["error", noTauri],
      "no-restricted-syntax": ["error", ...noMarkup],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "svelte/no-at-html-tags": "error",
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    files: ["src/**/*.test.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: noTauri.patterns.slice(0, 2) }] },
  },
  { files: ["src/ipc/**", "dev/**"], rules: { "no-restricted-imports": "off" } },
);
