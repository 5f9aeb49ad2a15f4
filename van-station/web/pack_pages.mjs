// node pack_pages.mjs FOLDER OUT: packs the built pages into one file for the program, as
// van-station/web/pages.cpp reads it: a first line; then for each file, sorted by path,
// path, type, tag, bytes and gzipped bytes, a tab between, a line end, and both forms.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });

const [folder, out] = process.argv.slice(2);
const parts = [Buffer.from("spot pages 1\n")];
for (const file of files(folder).sort()) {
  const path = "/" + relative(folder, file).split(sep).join("/");
  const type = types[extname(file)];
  if (!type) throw new Error(`${path}: no type is known for this file`);
  const plain = readFileSync(file);
  const small = gzipSync(plain, { level: 9 });
  const gzipped = small.length < plain.length ? small : Buffer.alloc(0);
  const tag = createHash("sha256").update(plain).digest("hex").slice(0, 24);
  parts.push(Buffer.from(`${path}\t${type}\t${tag}\t${plain.length}\t${gzipped.length}\n`));
  parts.push(plain, gzipped);
}
writeFileSync(out, Buffer.concat(parts));
