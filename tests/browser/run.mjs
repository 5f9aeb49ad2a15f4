// A small runner: each test gets its own field; one that fails keeps a picture of its windows.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, field, serveStation, windowOf } from "./support.mjs";

const pictures = process.env.SPOT_PICTURES; // a folder for pictures of failures
const patienceMs = 10_000;

// Runs the tests one after another with one browser; ends the process with 1 when one failed.
export async function runAll(tests) {
  const only = process.argv[2];
  const running = await browser();
  let failed = 0;
  let ran = 0;
  for (const [name, test] of Object.entries(tests)) {
    if (only && !name.includes(only)) continue;
    ran++;
    const started = Date.now();
    const place = await field();
    const open = [];
    let station = await serveStation(place.data);
    const stage = {
      ...place,
      running,
      get station() {
        return station;
      },
      restart: async (signal = "SIGKILL") => {
        await station.kill(signal);
        station = await serveStation(place.data);
      },
      window: async (url, size) => {
        const page = await windowOf(running, url, size);
        page.setDefaultTimeout(patienceMs);
        open.push(page);
        return page;
      },
      close: (page) => page.context().close(),
    };
    try {
      await test(stage);
      const problems = open.flatMap((page) => page.problems);
      if (problems.length) throw new Error(`the page complains: ${problems.join("; ")}`);
      console.log(`ok    ${name}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.stack ?? error}`);
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        for (const [i, page] of open.entries())
          await page.screenshot({ path: join(pictures, `${name.replace(/\W+/g, "-").slice(0, 40)}-${i}.png`) }).catch(() => {});
      }
    }
    for (const page of open)
      await page
        .context()
        .close()
        .catch(() => {});
    await station.kill("SIGKILL");
    await place.end();
  }
  await running.close();
  if (!ran) console.log("FAIL  no test has that name");
  process.exit(failed || !ran ? 1 : 0);
}
