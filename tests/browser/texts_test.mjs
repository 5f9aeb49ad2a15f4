// Every text in every language, with every plural form that the language has; and every key that
// the station's code names has words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const pages = join(root, "van-station/web/pages");
const { buildSync } = createRequire(join(pages, "package.json"))("esbuild");

const folder = mkdtempSync(join(tmpdir(), "spot-texts-"));
const languages = ["pt", "en", "fr", "uk"];
const texts = {};
for (const language of languages) {
  const outfile = join(folder, `${language}.mjs`);
  buildSync({
    entryPoints: [join(pages, `src/i18n/${language}.ts`)],
    outfile,
    format: "esm",
    bundle: true,
  });
  texts[language] = (await import(pathToFileURL(outfile)))[language];
}
rmSync(folder, { recursive: true });

// Portuguese and French have "many" only from a million on, where "other" does as well.
const neededForms = {
  pt: ["other"],
  en: ["other"],
  fr: ["other"],
  uk: ["one", "few", "many", "other"],
};
const parameters = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].sort();
const formsOf = (text) => (typeof text === "string" ? [text] : Object.values(text));

for (const language of languages) {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  assert.deepEqual(Object.keys(texts[language]).sort(), Object.keys(texts.pt).sort(), language);
  for (const [key, text] of Object.entries(texts[language])) {
    const where = `${language} ${key}`;
    for (const form of formsOf(text)) assert.ok(form.trim(), `${where} is empty`);
    if (typeof text === "object") {
      for (const form of neededForms[language]) assert.ok(text[form], `${where} lacks "${form}"`);
      for (const form of Object.keys(text))
        assert.ok(form === "zero" || categories.includes(form), `${where}: "${form}"`);
    }
    const all = (from) => [...new Set(formsOf(from).flatMap(parameters))].sort();
    assert.deepEqual(all(text), all(texts.pt[key]), `${where} has other parameters`);
    if (language !== "pt" && formsOf(text)[0].length > 24)
      assert.notEqual(formsOf(text)[0], formsOf(texts.pt[key])[0], `${where} is not translated`);
  }
}

// What the station says by key, read from its sources.
const sources = (at) =>
  readdirSync(join(root, at), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(at, entry.name))
      : /\.(cpp|h)$/.test(entry.name)
        ? [readFileSync(join(root, at, entry.name), "utf8")]
        : [],
  );
const code = [
  ...sources("van-station/app"),
  ...["api.cpp", "gate.cpp", "http.cpp", "printing.cpp"].map((name) =>
    readFileSync(join(root, "van-station/web", name), "utf8"),
  ),
].join("\n");
const named = (pattern, prefix) => [...code.matchAll(pattern)].map((found) => prefix + found[1]);
const spoken = [
  ...named(/\bkey\("([a-z_.]+)"/g, "screen."),
  ...named(/\brefuse\(\s*(?:What::)?\w+,\s*"([a-z_]+)"/g, "error."),
  ...named(/\brefusal\(\s*\d+,\s*"([a-z_]+)"/g, "error."),
  ...named(/\bwhat = "([a-z_]+)"/g, "history."),
  ...named(/"what_to_do",\s*"([a-z_]+)"\s*\}/g, "failed."),
];
for (const member of ["name", "nif", "birth_date", "phone", "address"])
  spoken.push(`screen.citizen.${member}`);
for (const screen of [
  "idle",
  "hidden",
  "privacy",
  "citizen",
  "search",
  "form",
  "recorded",
  "receipt",
  "closed",
])
  spoken.push(`screen.${screen}.title`);
assert.ok(spoken.length > 40, "the station's sources were not understood");
for (const key of new Set(spoken)) assert.ok(key in texts.pt, `no words for ${key}`);
console.log(
  `${Object.keys(texts.pt).length} texts in ${languages.length} languages; ` +
    `${new Set(spoken).size} keys of the station`,
);
