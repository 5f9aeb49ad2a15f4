// Starts the real programs and a real browser: a hub, a station enrolled with it, `serve`, and both
// windows. Everything lives in a folder of its own and goes with end().
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
export const bin = process.env.SPOT_BIN ?? join(here, "../../build/release/bin");
const passphrase = "a made-up passphrase of one test";
const environment = { ...process.env, SPOT_PASSPHRASE: passphrase, TZ: "Europe/Lisbon" };
const readyMs = 120_000;
const endMs = 30_000; // from SIGTERM to the end of a program

export function run(program, ...words) {
  return execFileSync(join(bin, program), words, { env: environment, encoding: "utf8" });
}

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
      const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
      child.kill(signal);
      await gone;
      clearTimeout(timer);
    },
  };
}

// What a program says of itself in one line, once it listens.
const told = (member) => (line) => {
  try {
    const said = JSON.parse(line);
    return said[member] ? said : null;
  } catch {
    return null;
  }
};

// Addresses of one `serve`, on a station that exists. Nobody listens at the hub's address on its
// slip: it is told where the hub is.
export async function serveStation({ data, hubUrl }) {
  const words = ["serve", "--data", data, "--json", ...(hubUrl ? ["--hub", hubUrl] : [])];
  const program = serve("spot-station", words, told("url"));
  return { ...(await program.started), kill: program.kill };
}

// A hub that serves, and a station enrolled with it that nobody has used yet.
export async function field() {
  const folder = mkdtempSync(join(tmpdir(), "spot-browser-"));
  const hubData = join(folder, "hub");
  const data = join(folder, "van");
  const slip = join(folder, "slip.json");
  const name = ["--name", "Central", "--url", "https://127.0.0.1:1"];
  const station = ["--station", "carrinha-07", "--team", "Tábua"];
  let hub = null;
  const place = {
    folder,
    data,
    hubData,
    hubUrl: "",
    startHub: async () => {
      const words = ["serve", "--data", hubData, "--json", "--listen", "127.0.0.1:0"];
      hub = serve("spot-hub", words, told("listening"));
      place.hubUrl = `https://${(await hub.started).listening}`;
    },
    stopHub: async () => {
      await hub?.kill();
      hub = null;
    },
    end: async () => {
      await place.stopHub();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    run("spot-hub", "init", "--data", hubData, ...name);
    run("spot-hub", "enrol", "--data", hubData, ...station, "--out", slip);
    run("spot-station", "init", "--data", data, "--slip", slip);
    await place.startHub();
  } catch (error) {
    await place.end();
    throw error;
  }
  return place;
}

const settings = {
  executablePath: process.env.SPOT_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage", // a container's /dev/shm is too small for several windows
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
  ],
};

export function browser() {
  return chromium.launch(settings);
}

// One that can be killed as the system kills a process.
export async function mortalBrowser() {
  const server = await chromium.launchServer({ ...settings, host: "127.0.0.1" });
  const running = await chromium.connect(server.wsEndpoint());
  return { running, kill: () => server.kill() };
}

export const sizes = {
  laptop: { width: 1366, height: 768 },
  desktop: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
};

// Nothing here takes so long, except on a machine that is busy with other things.
export const patienceMs = 45_000;

// A window of the browser, with site data of its own, that tells what went wrong in it.
export async function windowOf(running, url, size = sizes.laptop) {
  const context = await running.newContext({
    viewport: size,
    locale: "pt-PT",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(patienceMs);
  context.setDefaultNavigationTimeout(patienceMs);
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

// What a person would find of the screen's next step, for an error to say.
const nextSteps = () =>
  [...document.querySelectorAll("dialog[open], .btn.main")].map((one) =>
    [
      one.tagName,
      one.innerText.slice(0, 40),
      one.disabled && "disabled",
      one.closest("[aria-busy=true]") && "busy",
    ]
      .filter(Boolean)
      .join(" "),
  );

// Presses Ctrl Enter once the screen's one next step says `label` and nothing is under way: while
// something is, the key does nothing.
export async function next(page, label = /./) {
  try {
    await page.waitForFunction((wanted) => {
      const open = document.querySelector("dialog[open]") ?? document;
      return [...open.querySelectorAll(".btn.main")].some(
        (one) => !one.disabled && !one.closest("[aria-busy=true]") && wanted.test(one.innerText),
      );
    }, label);
  } catch (error) {
    throw new Error(`no ${label} to go on with: ${await page.evaluate(nextSteps)}`, { cause: error });
  }
  await page.keyboard.press("Control+Enter");
}

// Does `act`; returns when the station has answered that `text` is on its disk.
export async function saved(page, text, act) {
  const holds = (answer) => {
    const asked = answer.request();
    if (asked.method() !== "POST" || !answer.ok()) return false;
    if (!/json/.test(asked.headers()["content-type"] ?? "")) return false;
    return Object.values(asked.postDataJSON().set ?? {}).includes(text);
  };
  await Promise.all([page.waitForResponse(holds), act()]);
}

// Asks until it is so: for what happens outside of a window.
export async function until(isSo, what) {
  for (const last = Date.now() + patienceMs; !isSo(); ) {
    if (Date.now() > last) throw new Error(`${what}: not within ${patienceMs} ms`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

// To a place of the program, as a link leads there.
export function goTo(page, place) {
  return page.evaluate((to) => {
    location.hash = `#/${to}`;
  }, place);
}

// Does `act`, which opens so many PDFs in windows of their own, and closes those.
export async function papers(page, count, act) {
  const context = page.context();
  let seen = 0;
  await Promise.all([context.waitForEvent("page", { predicate: () => ++seen === count }), act()]);
  for (const one of context.pages()) if (one !== page) await one.close();
  await page.bringToFront();
}

// The first run: makes the mediator, reads the supervisor's code, and signs in.
export async function firstRun(page, { name, pin } = mediator) {
  await page.fill("#person-name", name);
  await page.fill("#person-pin", pin);
  await page.fill("#person-again", pin);
  await next(page, /Criar/);
  await page.waitForSelector(".once");
  const code = await page.textContent(".once");
  await next(page, /escrevi/);
  await page.waitForSelector(".next");
  return code;
}

export async function signIn(page, { name, pin } = mediator) {
  await page.click(`.people label:has-text("${name}")`);
  await uncover(page, pin);
}

// Types the PIN once the station looks at one again.
export async function uncover(page, pin = mediator.pin) {
  await page.waitForFunction(() => !/\d/.test(document.querySelector("#pin-check")?.innerText ?? "0"));
  await page.fill("#pin", pin);
  await page.press("#pin", "Enter");
}

export async function openSession(page, { language = "pt" } = {}) {
  await next(page, /Nova sessão/);
  await page.fill("#place-name", "Largo da Junta, Ázere");
  await page.fill("#place-municipality", "Tábua");
  await page.check(`input[name="language"][value="${language}"]`);
  await next(page, /Abrir sessão/);
  await page.waitForSelector("[data-step=privacy]");
}

export async function acceptPrivacy(page) {
  await next(page, /aceita/);
  await page.waitForSelector("#citizen-name");
}

export async function fillPerson(page, who = person) {
  for (const [name, text] of Object.entries(who)) await page.fill(`#citizen-${name}`, text);
}

export async function toRequests(page) {
  await next(page, /Seguir para os pedidos/);
  await page.waitForSelector("#search");
}

export async function openForm(page, words) {
  await page.fill("#search", words);
  await page.waitForSelector("#hit-0");
  await page.press("#search", "Enter");
  await page.waitForSelector("#service");
  await inForm(page);
}

// A form puts the focus into its first empty field, and selects what is there: one types after that.
export function inForm(page) {
  return page.waitForFunction(() => document.activeElement.closest("[data-field]"));
}

// Prints receipt and summary as PDFs, and waits until the receipt's print is settled.
export async function print(page) {
  await papers(page, 2, () => next(page, /Imprimir recibo/));
  await page.waitForSelector("section:has-text('Saiu bem') >> text=Emitido");
}

export function writeFileIn(folder, name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
