// axe-core finds nothing on any screen, in any mode; nothing runs out of its window; and what
// is drawn has a name.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { runAll } from "./run.mjs";
import * as s from "./support.mjs";

const { source } = createRequire(import.meta.url)("axe-core");
const modes = [
  {},
  { mode: "sun" },
  { mode: "dark" },
  { type: "large" },
  { mode: "dark", type: "large" },
];
const settleMs = 60;
const faults = []; // all of them are told, not only the first

async function axe(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const found = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ["violations"] }),
  );
  for (const { id, nodes } of found.violations) {
    const examples = nodes
      .slice(0, 3)
      .map((node) => node.html.slice(0, 140))
      .join(" | ");
    faults.push(`${where}: ${id}: ${examples}`);
  }
}

async function inEveryMode(page, where) {
  for (const [name, size] of Object.entries(s.sizes)) {
    await page.setViewportSize(size);
    for (const mode of modes) {
      await page.evaluate((wanted) => {
        const { dataset } = document.documentElement;
        delete dataset.mode;
        delete dataset.type;
        Object.assign(dataset, wanted);
      }, mode);
      const at = `${where}, ${name} ${JSON.stringify(mode)}`;
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) faults.push(`${at}: ${over} px too wide`);
      // Colours and type change with the mode, structure with the size: each pair once.
      if (name === "laptop" || Object.keys(mode).length === 0) await axe(page, at);
    }
  }
  await page.setViewportSize(s.sizes.laptop);
  await page.evaluate(() => {
    delete document.documentElement.dataset.mode;
    delete document.documentElement.dataset.type;
  });
}

async function both(page, citizen, where) {
  await page.waitForTimeout(settleMs);
  await inEveryMode(page, where);
  await inEveryMode(citizen, `${where}, citizen's screen`);
}

await runAll({
  async "no violation on any screen in any mode"(stage) {
    const page = await stage.window(stage.station.url);
    const citizen = await stage.window(stage.station.citizen_url);
    await page.waitForSelector("#person-name");
    await citizen.waitForSelector("h1");
    await both(page, citizen, "first run");
    await s.firstRun(page);
    await both(page, citizen, "empty day");
    await page.keyboard.press("F1");
    await page.waitForSelector("dialog");
    await inEveryMode(page, "keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#place-name");
    await inEveryMode(page, "new session");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".lead");
    await s.openSession(page);
    await both(page, citizen, "privacy");
    await s.acceptPrivacy(page);
    await s.fillPerson(page, { ...s.person, nif: "228803939" });
    await page.focus("#citizen-nif");
    await page.waitForSelector("text=Não bate certo");
    await both(page, citizen, "the person's data");
    await page.fill("#citizen-nif", s.person.nif);
    await page.waitForSelector("#citizen-nif-check:has-text('Dígito de controlo certo')");
    await s.toRequests(page);
    await both(page, citizen, "search by occasion");
    await page.fill("#search", "cartao");
    await page.waitForSelector("#hit-0");
    await inEveryMode(page, "search");
    await page.fill("#search", "segunda via pin");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#service");
    await page.click(".unfold");
    await page.keyboard.press("Control+Enter");
    await both(page, citizen, "form");
    await page.fill("#field-doc_validade", "15-10-2030");
    await page.selectOption("#field-motivo", { index: 1 });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("#recorded");
    await both(page, citizen, "recorded");
    await page.click("text=Anular pedido");
    await inEveryMode(page, "withdraw");
    await page.keyboard.press("Escape");
    const paper = page.context().waitForEvent("page");
    await page.keyboard.press("Control+Enter");
    await paper;
    await page.bringToFront();
    await page.waitForSelector("#printer");
    await both(page, citizen, "receipt");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("input[name=outcome]");
    await both(page, citizen, "close");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".lead");
    await page.click("text=Enviar já");
    await page.waitForSelector("text=Reconciliação assinada");
    await both(page, citizen, "day");
    await page.click(".row-link");
    await page.waitForSelector("#said");
    await inEveryMode(page, "request");
    for (const place of [
      "tell",
      "conflicts",
      "log/complaint",
      "log/assessment",
      "log/feedback",
      "visit",
    ]) {
      await page.evaluate((to) => {
        location.hash = `#/${to}`;
      }, place);
      await page.waitForSelector("main[id=main]");
      await page.waitForTimeout(settleMs);
      await inEveryMode(page, place);
    }
    await page.keyboard.press("F12");
    await page.waitForSelector("#pin");
    await both(page, citizen, "locked");
    await page.fill("#pin", s.mediator.pin);
    await page.keyboard.press("Enter");
    await page.waitForSelector("main[id=main]");
    await page.keyboard.press("F9");
    await page.waitForSelector("#pin");
    await both(page, citizen, "hidden");
    await stage.restart("SIGTERM");
    const again = await stage.window(stage.station.url);
    await again.waitForSelector("text=Quem está a atender");
    await inEveryMode(again, "sign-in");
    assert.deepEqual(faults, []);
  },
});
