// A small runner: each test gets its own field and its own site data; one that fails keeps a
// picture of its windows.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, field, serveStation, windowOf } from "./support.mjs";

const pictures = process.env.SPOT_PICTURES; // a folder for pictures of failures

// What a test has: its field, the station that serves there, and windows.
class Stage {
  open = [];
  station = null;

  constructor(place, running) {
    this.place = place;
    this.running = running;
  }

  async serve() {
    this.station = await serveStation(this.place);
  }
  async restart(signal = "SIGKILL") {
    await this.station.kill(signal);
    this.station = null;
    await this.serve();
  }
  async window(url, size) {
    const page = await windowOf(this.running, url, size);
    this.open.push(page);
    return page;
  }
  // With all its site data.
  close(page) {
    return page.context().close();
  }
  get problems() {
    return this.open.flatMap((page) => page.problems);
  }
  async picture(name) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    for (const [i, page] of this.open.entries()) {
      const path = join(pictures, `${name.replace(/\W+/g, "-").slice(0, 40)}-${i}.png`);
      await page.screenshot({ path, timeout: 5_000 }).catch(() => {});
    }
  }
  async end() {
    for (const page of this.open) await this.close(page).catch(() => {});
    await this.station?.kill("SIGKILL");
    await this.place.end();
  }
}

async function runOne(name, test, running) {
  const started = Date.now();
  let stage = null;
  try {
    stage = new Stage(await field(), running);
    await stage.serve();
    await test(stage);
    if (stage.problems.length) throw new Error(`the page complains: ${stage.problems.join("; ")}`);
    console.log(`ok    ${name}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return true;
  } catch (error) {
    console.log(`FAIL  ${name}\n${error.stack ?? error}`);
    if (!running.isConnected()) console.log("      the browser itself has ended");
    else if (stage?.problems.length) console.log(`      the page: ${stage.problems.join("; ")}`);
    await stage?.picture(name);
    return false;
  } finally {
    await stage?.end();
  }
}

// Runs the tests one after another with one browser; ends the process with 1 when one failed.
export async function runAll(tests) {
  const wanted = Object.entries(tests).filter(([name]) => name.includes(process.argv[2] ?? ""));
  let running = await browser();
  let failed = 0;
  for (const [name, test] of wanted) {
    if (!running.isConnected()) running = await browser();
    if (!(await runOne(name, test, running))) failed++;
  }
  await running.close().catch(() => {});
  if (!wanted.length) console.log("FAIL  no test has that name");
  process.exit(failed || !wanted.length ? 1 : 0);
}
