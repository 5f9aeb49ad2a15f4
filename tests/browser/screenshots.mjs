// Takes the README's pictures: node screenshots.mjs FOLDER. A made-up day is recorded and taken to
// a hub, which answers some of it; then one more person is served, with both windows open.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as s from "./support.mjs";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node screenshots.mjs FOLDER");
mkdirSync(folder, { recursive: true });

const madeFor = "2018-08-13"; // a Monday: the made-up day starts on a working day
const sessions = 24;

// One day's events, as if of today.
function today() {
  const day = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Lisbon" });
  const events = s.run(
    "fieldkit",
    "deployment",
    "--seed",
    "7",
    "--days",
    "1",
    "--care-home",
    "0",
    "--start",
    madeFor,
    "--sessions-per-day",
    `${sessions}`,
    "--station",
    "carrinha-07",
  );
  return events.replaceAll(`${madeFor}T`, `${day}T`);
}

// What the hub and the agencies made of the first requests.
function answers(hubData) {
  const requests = s
    .run("spot-hub", "export", "--data", hubData)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((one) => one.record === "request");
  const at = new Date().toISOString();
  const sets = [
    { "route.state": "refused", note: "O artigo matricial não existe nesta freguesia." },
    { "route.state": "answered", note: "Deferido: 142,00 € por mês." },
    { "route.state": "accepted" },
    { "route.state": "dispatched" },
    { "route.state": "held" },
  ];
  return (
    sets
      .slice(0, requests.length)
      .map((set, i) => JSON.stringify({ at, kind: "hub.edit", request: requests[i].id, set }))
      .join("\n") + "\n"
  );
}

const place = await s.field();
const events = join(place.folder, "events.jsonl");
writeFileSync(events, today());
s.run("spot-station", "record", "--data", place.data, "--events", events);
s.run("spot-station", "sync", "--data", place.data, "--hub", place.hubUrl);
const edits = join(place.folder, "edits.jsonl");
await place.stopHub();
writeFileSync(edits, answers(place.hubData));
s.run("spot-hub", "apply", "--data", place.hubData, "--events", edits);
await place.startHub();
s.run("spot-station", "sync", "--data", place.data, "--hub", place.hubUrl);
await place.stopHub();

const station = await s.serveStation({ data: place.data });
const running = await s.browser();
const page = await s.windowOf(running, station.url);
const citizen = await s.windowOf(running, station.citizen_url);
const take = async (window, name) => {
  await window.waitForTimeout(400); // fonts, and what is pushed
  await window.screenshot({ path: join(folder, `${name}.png`) });
};

await s.firstRun(page);
await page.waitForSelector(".requests");
await page.waitForSelector("text=Sem rede"); // it has looked for the hub, and there is none
await take(page, "day");
await s.openSession(page);
await take(citizen, "citizen-privacy");
await s.acceptPrivacy(page);
await s.fillPerson(page);
await s.toRequests(page);
await page.fill("#search", "cert obit");
await page.waitForSelector("#hit-0");
await take(page, "search");
await page.fill("#search", "perda bens incendio");
await page.waitForSelector("#hit-0");
await page.keyboard.press("Enter");
await page.waitForSelector("#service");
await take(page, "form");
await take(citizen, "citizen-form");
await page.setViewportSize(s.sizes.phone);
await page.keyboard.press("F6");
await take(page, "phone-sun");
await running.close();
await station.kill();
await place.end();
console.log(`Pictures are in ${folder}`);
