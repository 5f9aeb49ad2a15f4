// Builds the pages into $SPOT_PAGES_OUT, or dist/: two pages, their scripts and styles, the texts
// of each language, and Clear Sans as WOFF2 with the letters of our languages.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.env.SPOT_PAGES_OUT || join(here, "dist");
const firstPageBytesMax = 60_000; // compressed, without fonts
const fontFolder = "/usr/share/fonts/truetype/clear-sans";
const faces = { 400: "ClearSans-Regular", 500: "ClearSans-Medium", 700: "ClearSans-Bold" };
// Latin with its accents, Cyrillic, and the marks that our texts use.
const letters =
  "U+0020-007E,U+00A0-024F,U+0400-045F,U+0490-0491,U+2010-2015,U+2018-201E," +
  "U+2022,U+2026,U+202F,U+2030,U+2039,U+203A,U+20AC,U+2116,U+2190-2193,U+2248,U+2260,U+2264,U+2265";

mkdirSync(join(out, "fonts"), { recursive: true });
const made = await build({
  absWorkingDir: here,
  entryPoints: {
    app: "src/app.tsx",
    citizen: "src/citizen.tsx",
    "app-style": "src/styles/app.css",
    "citizen-style": "src/styles/citizen_page.css",
  },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "chrome114",
  minify: true,
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "part-[hash]",
  metafile: true,
  logLevel: "warning",
  external: ["/fonts/*"],
});
for (const page of ["index.html", "citizen.html", "icon.svg"])
  copyFileSync(join(here, page), join(out, page));

let style = "";
for (const [weight, face] of Object.entries(faces)) {
  const source = join(fontFolder, `${face}.ttf`);
  if (!existsSync(source))
    throw new Error(`${source} is missing: apt-get install fonts-clear-sans`);
  const file = `fonts/${face}.woff2`;
  execFileSync("pyftsubset", [
    source,
    `--unicodes=${letters}`,
    "--flavor=woff2",
    "--layout-features=kern,liga,tnum,lnum,mark,mkmk",
    `--output-file=${join(out, file)}`,
  ]);
  style +=
    `@font-face{font-family:Spot;font-weight:${weight};font-display:swap;` +
    `src:url(/${file}) format("woff2")}\n`;
}
writeFileSync(join(out, "fonts.css"), style);

// What a browser fetches before the first picture: the page, its style, its script and what the
// script imports at once.
const small = (name) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length;
function firstPage(page, entry) {
  const found = new Set();
  const follow = (name) => {
    if (found.has(name)) return;
    found.add(name);
    const part = Object.entries(made.metafile.outputs).find(([path]) =>
      path.endsWith(`/${name}`),
    )[1];
    for (const one of part.imports)
      if (one.kind === "import-statement") follow(one.path.split("/").pop());
  };
  follow(`${entry}.js`);
  const files = [page, `${entry}-style.css`, ...found];
  const bytes = files.reduce((sum, name) => sum + small(name), 0);
  if (bytes > firstPageBytesMax)
    throw new Error(`${page}: ${bytes} bytes compressed; at most ${firstPageBytesMax}`);
  return `${page} ${(bytes / 1000).toFixed(1)} kB compressed`;
}
console.log([firstPage("index.html", "app"), firstPage("citizen.html", "citizen")].join(", "));
