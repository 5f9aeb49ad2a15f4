// Power goes, a browser dies, site data are wiped: at each step. What was typed is back on the
// screen, what was recorded is there once, no number is used twice, and there is one original.
import assert from "node:assert/strict";
import { faultsOf } from "./axe.mjs";
import { offer, roll } from "./roll.mjs";
import { runAll } from "./run.mjs";
import * as s from "./support.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const service = "segunda via pin";

// What the station says by itself of its log, beside the pages.
function records(stage, record) {
  const rows = s.run("spot-station", "export", "--data", stage.place.data, "--refs");
  return rows
    .split("\n")
    .filter(Boolean)
    .map((row) => JSON.parse(row))
    .filter((row) => row.record === record);
}

function sound(stage) {
  const found = s.run("spot-station", "check", "--data", stage.place.data, "--json");
  assert.deepEqual(JSON.parse(found), { ok: true, faults: [] });
}

// Station and browser end at once; what the browser kept is gone. Then the mediator comes back.
async function powerGoes(stage, page) {
  await stage.station.kill("SIGKILL");
  await stage.close(page);
  await stage.serve();
  sound(stage);
  const again = await stage.window(stage.station.url);
  await s.signIn(again);
  return again;
}

async function start(stage) {
  const page = await stage.window(stage.station.url);
  await s.firstRun(page);
  return page;
}

async function openAnother(page) {
  await s.openSession(page);
  await s.acceptPrivacy(page);
  await page.fill("#citizen-name", s.person.name);
  await s.toRequests(page);
}

// All of it is on the station's disk once this returns: what is pressed next may be cut off.
async function fillForm(page) {
  await s.openForm(page, service);
  await s.saved(page, "2030-10-15", () => page.fill("#field-doc_validade", "15-10-2030"));
  const motive = await page.$eval("#field-motivo", (one) => one.options[1].value);
  await s.saved(page, motive, () => page.selectOption("#field-motivo", motive));
}

async function queue(page) {
  await s.next(page, /^Registar/);
  await page.waitForSelector("#recorded");
}

// A call that no button leads to.
function call(page, path, body) {
  return page.evaluate(
    async ([to, what]) => {
      const headers = {
        Authorization: `Bearer ${sessionStorage.getItem("spot-token")}`,
        "Content-Type": "application/json",
      };
      const asked = { method: "POST", headers, body: JSON.stringify(what) };
      const answer = await fetch(`/api/${to}`, asked);
      return { status: answer.status, body: await answer.json() };
    },
    [path, body],
  );
}

// A session with one request whose receipt dies on paper after so many bytes.
async function dieInPrint(stage, page, bytes) {
  const printer = await roll(bytes);
  await offer(page, printer);
  await openAnother(page);
  await fillForm(page);
  await queue(page);
  await s.next(page, /Imprimir recibo/);
  await printer.hasStopped;
  const again = await powerGoes(stage, page);
  printer.end();
  await again.waitForSelector("text=Não se sabe se saiu");
  return again;
}

// Until a person has said what came out, there is no way to another paper.
async function expectNothingPrints(stage, page) {
  const printer = await roll();
  const { id } = records(stage, "receipt").at(-1);
  const wanted = { printer: printer.name, format: "80" };
  for (const more of [{}, { copy: true }])
    assert.equal((await call(page, `receipts/${id}/print`, { ...wanted, ...more })).status, 409);
  assert.equal(await page.locator("button:has-text('Imprimir duplicado')").count(), 0);
  assert.equal(await page.locator("button:has-text('Imprimir recibo')").count(), 0);
  assert.deepEqual(printer.papers(), []);
  printer.end();
}

// It came out after all: what is printed from now on is marked.
async function expectCopy(page) {
  const printer = await roll();
  await offer(page, printer);
  await s.next(page, /Saiu bem/);
  await page.waitForSelector("input[name=outcome]");
  await page.click("nav.steps button:has-text('Recibo')");
  await page.waitForSelector(`#printer option[value='${printer.name}']`, { state: "attached" });
  await page.click("text=Imprimir duplicado");
  await page.waitForSelector("text=impresso 2 vezes");
  await s.until(() => printer.papers()[0]?.includes("DUPLICADO 1"), "a marked paper");
  printer.end();
}

// It did not: its number is spoiled, and the next one is an original.
async function expectNextNumber(page) {
  const printer = await roll();
  await offer(page, printer);
  await page.reload();
  await page.waitForSelector(`#printer option[value='${printer.name}']`, { state: "attached" });
  await page.click("text=Não saiu bem");
  await page.waitForSelector("text=Inutilizado");
  await s.papers(page, 1, () => s.next(page, /Imprimir recibo/));
  await page.waitForSelector("section:has-text('Saiu bem') >> text=Emitido");
  const [paper, more] = printer.papers();
  assert.ok(paper.length > 1000 && !paper.includes("DUPLICADO") && more === undefined);
  printer.end();
}

async function close(page) {
  await s.next(page, /Seguir para o fecho/);
  await page.waitForSelector("input[name=outcome]");
  await s.next(page, /Fechar a sessão/);
  await page.waitForSelector(".lead");
}

await runAll({
  async "killed while the notice is shown, a person is asked, a form is filled"(stage) {
    let page = await start(stage);
    await s.openSession(page);
    page = await powerGoes(stage, page);
    await page.waitForSelector("[data-step=privacy]");
    assert.match(await page.textContent("body"), /Largo da Junta, Ázere/);
    assert.deepEqual(records(stage, "session"), []);

    await s.acceptPrivacy(page);
    await s.saved(page, s.person.name, () => page.fill("#citizen-name", s.person.name));
    await s.saved(page, "2288", () => page.fill("#citizen-nif", "2288"));
    page = await powerGoes(stage, page);
    await page.waitForSelector("#citizen-name");
    assert.equal(await page.inputValue("#citizen-name"), s.person.name);
    assert.equal(await page.inputValue("#citizen-nif"), "228 8"); // in groups, as all numbers
    const [session, ...others] = records(stage, "session");
    assert.ok(session.privacy_notice.accepted && !others.length);

    const citizen = await stage.window(stage.station.citizen_url);
    await page.fill("#citizen-nif", s.person.nif);
    await page.waitForSelector("#citizen-nif-check:has-text('Dígito de controlo certo')");
    await s.toRequests(page);
    await s.openForm(page, service);
    await s.saved(page, "15-1", () => page.fill("#field-doc_validade", "15-1"));
    await citizen.waitForSelector("text=15-1");
    page = await powerGoes(stage, page);
    await page.waitForSelector("#field-doc_validade");
    assert.equal(await page.inputValue("#field-doc_validade"), "15-1");
    assert.deepEqual(records(stage, "request"), []);
    // Its window is of the launch before: it shows nothing of anybody.
    await citizen.waitForFunction((text) => !document.body.innerText.includes(text), "15-1");
  },

  async "killed between a click and its answer: the request is there once"(stage) {
    let page = await start(stage);
    await openAnother(page);
    for (const [before, ms] of [0, 12, 40, 150].entries()) {
      await fillForm(page);
      await s.next(page, /^Registar/);
      await pause(ms);
      page = await powerGoes(stage, page);
      await page.waitForSelector("#service, #due"); // the form, or what follows it
      const found = records(stage, "request").length;
      const isDraft = await page.isVisible("#service");
      console.log(`      after ${ms} ms: ${isDraft ? "a draft" : "recorded"}`);
      assert.equal(found, isDraft ? before : before + 1);
      if (isDraft) {
        await s.inForm(page);
        assert.equal(await page.inputValue("#field-doc_validade"), "15-10-2030");
        await queue(page);
      }
      await page.waitForSelector(`.mine li >> nth=${before}`);
      assert.equal(await page.locator(".mine li").count(), before + 1);
      assert.equal(records(stage, "request").length, before + 1);
      await page.keyboard.press("Control+k");
      await page.waitForSelector("#search");
    }
  },

  async "killed with a number reserved: it is used, and used once"(stage) {
    let page = await start(stage);
    await openAnother(page);
    await fillForm(page);
    await queue(page);
    await page.route("**/api/receipts/*/print", () => {}); // never gets there
    const made = page.waitForResponse((answer) => answer.url().endsWith("/receipt"));
    await Promise.all([made, s.next(page, /Imprimir recibo/)]);
    page = await powerGoes(stage, page);
    await page.waitForSelector("text=Número reservado, por imprimir");
    await s.papers(page, 1, () => s.next(page, /Imprimir o recibo/));
    await page.waitForSelector("section:has-text('Saiu bem') >> text=Emitido");
    await close(page);
    const receipts = records(stage, "receipt");
    assert.deepEqual(
      receipts.map(({ number, state }) => [number, state]),
      [[1, "confirmed"]],
    );
    sound(stage);
  },

  async "killed in mid-print: a person says what came out, and no number is used twice"(stage) {
    let page = await start(stage);
    const wanted = [];
    for (const [bytes, cameOut] of [
      [1, false],
      [700, true],
      [5_000, false],
    ]) {
      page = await dieInPrint(stage, page, bytes);
      await expectNothingPrints(stage, page);
      if (cameOut) await expectCopy(page);
      else await expectNextNumber(page);
      wanted.push(...(cameOut ? ["confirmed"] : ["spoiled", "confirmed"]));
      await close(page);
    }
    const receipts = records(stage, "receipt").sort((a, b) => a.number - b.number);
    assert.deepEqual(
      receipts.map(({ number, state }) => [number, state]),
      wanted.map((state, i) => [i + 1, state]),
    );
    sound(stage);
  },

  async "killed in mid-print and closed before anybody looked: asked where the session is shown"(stage) {
    const page = await dieInPrint(stage, await start(stage), 700);
    await page.click("nav.steps button:has-text('Fecho')");
    await page.waitForSelector("input[name=outcome]");
    await s.next(page, /Fechar a sessão/);
    await page.waitForSelector(".lead");
    const [{ id }] = records(stage, "session");
    await s.goTo(page, `session/${id}`);
    await page.waitForSelector("section:has-text('Recibo') >> text=Não saiu bem");
    assert.deepEqual(await faultsOf(page, "a session that is over, its paper uncertain"), []);
    await page.click("text=Não saiu bem");
    await page.waitForSelector("text=Inutilizado");
    assert.deepEqual(
      records(stage, "receipt").map(({ number, state }) => [number, state]),
      [[1, "spoiled"]],
    );
    sound(stage);
  },

  async "killed while something is written that is no record yet"(stage) {
    let page = await start(stage);
    const typed = async (field, text) => {
      await page.waitForSelector(field);
      await s.saved(page, text, () => page.fill(field, text));
      page = await powerGoes(stage, page);
    };
    const back = async (field, text) => {
      await page.waitForSelector(field);
      assert.equal(await page.inputValue(field), text);
    };
    await s.next(page, /Nova sessão/);
    await typed("#place-name", "Adro, Areg");
    await s.next(page, /Nova sessão/);
    await back("#place-name", "Adro, Areg");
    await page.keyboard.press("Escape");

    for (const look of [typed, back]) {
      await page.click("header button:has-text('Menu')");
      await page.click("text=Linha de apoio: pôr o número");
      await look("#help-phone", "300 003");
    }
    await page.fill("#help-phone", "300 003 990");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("text=A linha de apoio está guardada");
    await page.click("header button:has-text('Menu')");
    await page.waitForSelector("text=Linha de apoio: 300 003 990");
    await page.keyboard.press("Escape");

    await openAnother(page);
    await fillForm(page);
    await queue(page);
    const [{ id }] = records(stage, "request");
    for (const [button, field, text] of [
      ["Corrigir", "dialog #field-doc_validade", "16-11"],
      ["Anular pedido", "dialog #reason", "Já não prec"],
    ]) {
      for (const look of [typed, back]) {
        await s.goTo(page, `request/${id}`);
        await page.click(`button:has-text('${button}')`);
        await look(field, text);
      }
      await page.keyboard.press("Escape");
    }
    assert.equal(records(stage, "request")[0].withdrawn, undefined);

    const session = records(stage, "session")[0].id;
    for (const [place, field, text] of [
      [`session/${session}/close`, "#notes", "Volta na ter"],
      ["log/complaint", "#complaint", "Esperou-se duas ho"],
    ])
      for (const look of [typed, back]) {
        await s.goTo(page, place);
        await look(field, text);
      }
    assert.deepEqual(records(stage, "complaint"), []);
    await s.next(page, /^Registar/);
    await page.waitForSelector(".lead");
    assert.equal(records(stage, "complaint").length, 1);
  },

  async "a browser that is killed loses nothing while the station lives on"(stage) {
    const mortal = await s.mortalBrowser();
    const page = await s.windowOf(mortal.running, stage.station.url);
    await s.firstRun(page);
    await openAnother(page);
    await s.openForm(page, service);
    await s.saved(page, "15-10-20", () => page.fill("#field-doc_validade", "15-10-20"));
    await mortal.kill();
    const again = await stage.window(stage.station.url);
    await again.waitForSelector("#field-doc_validade");
    assert.equal(await again.inputValue("#field-doc_validade"), "15-10-20");
  },
});
