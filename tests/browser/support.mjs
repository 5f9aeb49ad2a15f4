// Starts the real programs and a real browser: a hub, a station enrolled with it, `serve`, and both
// windows. Everything lives in a folder of its own and goes with end().
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const bin = process.env.SPOT_BIN ?? join(here, "../../build/release/bin");
const passphrase = "a made-up passphrase of one test";
const environment = { ...process.env, SPOT_PASSPHRASE: passphrase, TZ: "Europe/Lisbon" };
const readyMs = 20_000;

export function run(program, ...words) {
  return execFileSync(join(bin, program), words, { env: environment, encoding: "utf8" });
}

export const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// A program that serves until it is ended. `ready` picks what is waited for out of a line of output.
function serve(program, words, ready) {
  const child = spawn(join(bin, program), words, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const started = new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`${program} is not ready: ${said}`)), readyMs);
    const read = (part) => {
      said += part;
      for (const line of said.split("\n")) {
        const found = ready(line);
        if (found) {
          clearTimeout(timer);
          done(found);
        }
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => fail(new Error(`${program} ended with ${code}: ${said}`)));
  });
  started.catch(() => {});
  const gone = new Promise((done) => child.once("exit", done));
  return {
    started,
    kill: async (signal = "SIGTERM") => {
      child.kill(signal);
      await gone;
    },
  };
}

// Addresses of one `serve`, on a station that exists.
export async function serveStation(data) {
  const program = serve("spot-station", ["serve", "--data", data, "--json"], (line) => {
    try {
      return JSON.parse(line).url && JSON.parse(line);
    } catch {
      return null;
    }
  });
  return { ...(await program.started), kill: program.kill };
}

// A hub that serves, and a station enrolled with it that nobody has used yet.
export async function field({ hub: wanted = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "spot-browser-"));
  const port = await freePort();
  const hubData = join(folder, "hub");
  const data = join(folder, "van");
  run(
    "spot-hub",
    "init",
    "--data",
    hubData,
    "--name",
    "Central",
    "--url",
    `https://127.0.0.1:${port}`,
  );
  const slip = join(folder, "slip.json");
  run(
    "spot-hub",
    "enrol",
    "--data",
    hubData,
    "--station",
    "carrinha-07",
    "--team",
    "Tábua",
    "--out",
    slip,
  );
  run("spot-station", "init", "--data", data, "--slip", slip);
  let hub = null;
  const startHub = async () => {
    hub = serve("spot-hub", ["serve", "--data", hubData, "--listen", `127.0.0.1:${port}`], (line) =>
      line.includes(`${port}`),
    );
    await hub.started;
  };
  const stopHub = async () => {
    await hub?.kill();
    hub = null;
  };
  if (wanted) await startHub();
  return {
    folder,
    data,
    hubData,
    startHub,
    stopHub,
    end: async () => {
      await stopHub();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function browser() {
  return chromium.launch({
    executablePath: process.env.SPOT_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
    ],
  });
}

export const sizes = {
  laptop: { width: 1366, height: 768 },
  desktop: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
};

// A window of the browser that tells what went wrong in it.
export async function windowOf(running, url, size = sizes.laptop) {
  const context = await running.newContext({
    viewport: size,
    locale: "pt-PT",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      page.problems.push(message.text());
  });
  await page.goto(url);
  return page;
}

export const person = {
  name: "Ana da Conceição Cardoso Ribeiro",
  nif: "228803993",
  birth_date: "18-03-1966",
  phone: "912201892",
  address: "Rua Prof. Egas Moniz, 80, 3420-834 Ázere",
};
export const mediator = { name: "Marta Abrantes", pin: "271828" };

// The first run: makes the mediator, reads the supervisor's code, and signs in.
export async function firstRun(page, { name, pin } = mediator) {
  await page.fill("#person-name", name);
  await page.fill("#person-pin", pin);
  await page.fill("#person-again", pin);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(".once");
  const code = await page.textContent(".once");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(".next");
  return code;
}

export async function openSession(page, { language = "pt" } = {}) {
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#place-name");
  await page.fill("#place-name", "Largo da Junta, Ázere");
  await page.fill("#place-municipality", "Tábua");
  await page.check(`input[name="language"][value="${language}"]`);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("[data-step=privacy]");
}

export async function acceptPrivacy(page) {
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#citizen-name");
}

export async function fillPerson(page, who = person) {
  for (const [name, text] of Object.entries(who)) await page.fill(`#citizen-${name}`, text);
}

export async function toRequests(page) {
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#search");
}

export function writeFileIn(folder, name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
