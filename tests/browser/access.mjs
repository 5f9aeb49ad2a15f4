// axe-core finds nothing on any screen, in any mode; nothing runs out of its window; and what
// is drawn has a name.
import assert from "node:assert/strict";
import { faultsOf } from "./axe.mjs";
import { runAll } from "./run.mjs";
import * as s from "./support.mjs";

const faults = []; // all of them are told, not only the first
const inEveryMode = async (page, where) => faults.push(...(await faultsOf(page, where)));

// The mediator's screen, and what the citizen sees meanwhile: it is pushed, so it comes later.
async function both(page, citizen, where) {
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
    await s.next(page, /Nova sessão/);
    await page.waitForSelector("#place-name");
    await inEveryMode(page, "new session");
    await page.keyboard.press("Escape");
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
    await s.openForm(page, "segunda via pin");
    await page.click(".unfold");
    await s.next(page, /Preencher/);
    await both(page, citizen, "form");
    await page.fill("#field-doc_validade", "15-10-2030");
    await page.selectOption("#field-motivo", { index: 1 });
    await s.next(page, /Registar/);
    await page.waitForSelector("#recorded");
    await both(page, citizen, "recorded");
    await page.click("text=Anular pedido");
    await page.waitForSelector("#reason");
    await inEveryMode(page, "withdraw");
    await page.keyboard.press("Escape");
    await s.print(page);
    await both(page, citizen, "receipt");
    await s.next(page, /Seguir para o fecho/);
    await page.waitForSelector("input[name=outcome]");
    await both(page, citizen, "close");
    await s.next(page, /Fechar a sessão/);
    await page.waitForSelector(".lead");
    await page.click("text=Enviar já");
    await page.waitForSelector("text=Reconciliação assinada");
    await both(page, citizen, "day");
    await page.click(".row-link");
    await page.waitForSelector("#said");
    await inEveryMode(page, "request");
    for (const [place, shown] of Object.entries({
      tell: ".lead",
      conflicts: ".lead",
      "log/complaint": "#complaint",
      "log/assessment": ".scores",
      "log/feedback": "#feedback",
      visit: "#home",
    })) {
      await s.goTo(page, place);
      await page.waitForSelector(shown);
      await inEveryMode(page, place);
    }
    await page.keyboard.press("F12");
    await page.waitForSelector("#pin");
    await both(page, citizen, "locked");
    await s.uncover(page);
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
