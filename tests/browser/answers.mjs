// What comes back from the hub, what is printed again, and a home's beds: shown to the mediator,
// never to the next person, and without a fault by axe-core in any mode.
import assert from "node:assert/strict";
import { cpSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { faultsOf } from "./axe.mjs";
import { offer, roll } from "./roll.mjs";
import { runAll } from "./run.mjs";
import * as s from "./support.mjs";

async function start(stage) {
  const page = await stage.window(stage.station.url);
  await s.firstRun(page);
  return page;
}

async function openWith(page, who) {
  await s.openSession(page);
  await s.acceptPrivacy(page);
  await s.fillPerson(page, who);
  await s.toRequests(page);
}

async function queue(page, service, file) {
  await s.openForm(page, service);
  if (file) {
    await page.setInputFiles("#file", file);
    await page.waitForSelector(`.attachments li:has-text('${basename(file)}')`);
  }
  await page.fill("#field-doc_validade", "15-10-2030");
  await page.selectOption("#field-motivo", { index: 1 });
  await s.next(page, /^Registar/);
  await page.waitForSelector("#recorded");
}

async function synchronise(page) {
  await s.goTo(page, "day");
  await page.click("text=Enviar já");
  await page.waitForSelector("text=Nada por enviar");
}

const requests = (stage) =>
  s
    .run("spot-station", "export", "--data", stage.place.data)
    .split("\n")
    .filter(Boolean)
    .map((row) => JSON.parse(row))
    .filter((row) => row.record === "request");

// An operator at the hub, while the hub serves nobody.
function applyAtHub(stage, edits) {
  const at = new Date().toISOString();
  const rows = edits.map((edit) => JSON.stringify({ at, kind: "hub.edit", ...edit }));
  const file = s.writeFileIn(stage.place.folder, "edits.jsonl", `${rows.join("\n")}\n`);
  s.run("spot-hub", "apply", "--data", stage.place.hubData, "--events", file);
}

async function correctPhone(page, id, phone) {
  await s.goTo(page, `request/${id}`);
  await page.click("text=Corrigir");
  await page.fill("dialog #edit-phone", phone);
  await s.next(page, /Guardar a correção/);
  await page.waitForSelector("text=A correção está registada");
}

// No honest station makes a hub say these: so the hub's word is put into the answer.
async function answerChanged(route, change) {
  const response = await route.fetch();
  const json = await response.json();
  change(json);
  await route.fulfill({ response, json });
}

const clean = async (page, where) => assert.deepEqual(await faultsOf(page, where), []);

await runAll({
  async "two values, an answer and a refusal come in: the mediator sees whom to tell"(stage) {
    const page = await start(stage);
    await openWith(page, s.person);
    await queue(page, "segunda via pin");
    await page.keyboard.press("Control+k");
    await queue(page, "segunda via pin");
    await page.keyboard.press("Control+k");
    await queue(page, "segunda via pin");
    await synchronise(page);
    const [both, answered, refused] = requests(stage).map(({ id }) => id);

    // Apart, so that neither knows what the other does.
    await stage.place.stopHub();
    applyAtHub(stage, [
      { request: both, set: { "citizen.phone": "911111111", status: "Em análise", note: "Ligar." } },
      { request: answered, set: { "route.state": "answered", "route.answer": "Pode levantá-lo." } },
      { request: refused, set: { "route.state": "refused", note: "Falta a fotografia." } },
    ]);
    await correctPhone(page, both, "922222222");
    await stage.place.startHub();
    await stage.restart("SIGTERM");
    await stage.close(page);
    const again = await stage.window(stage.station.url);
    const citizen = await stage.window(stage.station.citizen_url);
    await s.signIn(again);
    await again.waitForSelector("main");
    await synchronise(again);

    await again.waitForSelector("text=Dois valores diferentes");
    await again.waitForSelector("text=Um pedido foi recusado");
    await clean(again, "a day with answers");
    await again.click("text=Ver os dois");
    await again.waitForSelector(".two");
    const shown = await again.locator(".two .value b").allInnerTexts();
    assert.deepEqual([...shown].sort(), ["911111111", "922222222"]);
    await again.waitForSelector("text=Da central: Em análise · Ligar.");
    await clean(again, "a request with two values");
    await s.goTo(again, "conflicts");
    await again.waitForSelector(".two h3:has-text('Telefone')");
    await clean(again, "two values");

    await s.goTo(again, `request/${answered}`);
    await again.waitForSelector("#main .note:has-text('Pode levantá-lo.')");
    await clean(again, "a request that was answered");
    await s.goTo(again, `request/${refused}`);
    await again.waitForSelector("#main .note:has-text('Falta a fotografia.')");

    await s.goTo(again, "tell");
    await again.waitForSelector(".lead:has-text('2 pessoas por avisar')");
    const card = again.locator(".tell", { hasText: "Pode levantá-lo." });
    assert.match(await card.innerText(), /Ana da Conceição[\s\S]*912 ?201 ?892/);
    await clean(again, "whom to tell");
    await card.locator("text=Já avisei").click();
    await card.locator("text=Por telefone").click();
    await again.waitForSelector(".lead:has-text('1 pessoa por avisar')");
    await again.waitForSelector("text=1 já avisada");
    const seen = await citizen.textContent("body");
    assert.doesNotMatch(seen, /levantá-lo|fotografia|911 ?111|922 ?222/);
  },

  async "an entry in quarantine: what it means, and what one does"(stage) {
    const page = await start(stage);
    await openWith(page, s.person);
    await queue(page, "segunda via pin");
    await page.route(/\/api\/day(\?|$)/, (route) =>
      answerChanged(route, (day) => {
        day.requests[0].state = "quarantine";
        day.failed = [{ seq: 2, code: "form", what_to_do: "quarantine_form" }];
      }),
    );
    await page.route(/\/api\/requests\/[^/]+$/, (route) =>
      answerChanged(route, (request) => {
        request.state = "quarantine";
      }),
    );
    await s.goTo(page, "day");
    await page.waitForSelector("text=A entrada 2 está em quarentena na central");
    await page.waitForSelector("text=Nada se perdeu");
    await clean(page, "a day with quarantine");
    await page.click("text=Completar");
    await page.waitForSelector("text=Complete o pedido, ou espere pela decisão da central");
    await page.waitForSelector("text=Corrigir");
    await clean(page, "a request in quarantine");
  },

  async "a paper that the hub will not have: among what needs a person, and marked as such"(stage) {
    const page = await start(stage);
    await openWith(page, s.person);
    await queue(page, "segunda via pin");
    await page.route(/\/api\/day(\?|$)/, (route) =>
      answerChanged(route, (day) => {
        const [{ id }] = day.requests;
        day.failed = [{ id, code: "file_refused", what_to_do: "file_refused" }];
      }),
    );
    await s.goTo(page, "day");
    await page.click(".tabs button:has-text('precisa')");
    await page.waitForSelector("tr:has-text('Um papel ficou só neste portátil')");
    await page.waitForSelector(".lead:has-text('precisa')");
    await clean(page, "a day with a refused paper");
  },

  async "a request's papers follow it, and are at the hub when the hub has said so"(stage) {
    await stage.place.stopHub();
    const page = await start(stage);
    await openWith(page, s.person);
    const bytes = `%PDF-1.4\n${"Rua ardida, fotografada. ".repeat(8000)}\n%%EOF\n`;
    const file = s.writeFileIn(stage.place.folder, "declaracao.pdf", bytes);
    await queue(page, "segunda via pin", file);
    const [{ id, attachments }] = requests(stage);
    await s.goTo(page, `request/${id}`);
    await page.waitForSelector("dd:has-text('declaracao.pdf') .quiet:has-text('neste portátil')");

    await stage.place.startHub();
    await stage.restart("SIGTERM");
    await stage.close(page);
    const again = await stage.window(stage.station.url);
    await s.signIn(again);
    await synchronise(again);
    await s.goTo(again, `request/${id}`);
    await again.waitForSelector("dd:has-text('declaracao.pdf') .ok:has-text('na central')");
    await clean(again, "a request with its papers");
    await stage.place.stopHub();
    const copy = join(stage.place.folder, "copy.pdf");
    const which = ["--request", id, "--hash", Object.keys(attachments)[0], "--out", copy];
    s.run("spot-hub", "attachment", "get", "--data", stage.place.hubData, ...which);
    assert.equal(readFileSync(copy, "utf8"), bytes);
  },

  async "a hub that was set back and lost answers of its own: what is kept, what one does"(stage) {
    const page = await start(stage);
    await openWith(page, s.person);
    await queue(page, "segunda via pin");
    await synchronise(page);
    const [{ id }] = requests(stage);
    await stage.place.stopHub();
    const { hubData } = stage.place;
    cpSync(hubData, `${hubData}-before`, { recursive: true });
    applyAtHub(stage, [{ request: id, set: { "route.state": "answered", "route.answer": "Pode." } }]);
    await stage.place.startHub();
    await stage.restart("SIGTERM");
    await stage.close(page);
    const told = await stage.window(stage.station.url);
    await s.signIn(told);
    await told.waitForSelector("main");
    await synchronise(told);
    // Nothing was left to send before it was asked, either: the answer shows that the hub was heard.
    await s.goTo(told, "tell");
    await told.waitForSelector("text=Pode.");
    await stage.place.stopHub();
    rmSync(hubData, { recursive: true });
    renameSync(`${hubData}-before`, hubData);
    await stage.place.startHub();
    await stage.restart("SIGTERM");
    await stage.close(told);
    const again = await stage.window(stage.station.url);
    await s.signIn(again);
    await s.goTo(again, "day");
    await again.click("text=Enviar já");
    await again.waitForSelector(".note:has-text('A central foi reposta de uma cópia antiga')");
    await clean(again, "a hub that forgot");
    await s.goTo(again, "tell");
    await again.waitForSelector("text=Pode."); // the answer is still here
  },

  async "who prints before the printers are found gets the printer, and no PDF in haste"(stage) {
    const page = await start(stage);
    const printer = await roll();
    let find;
    await offer(page, printer, new Promise((done) => (find = done)));
    await openWith(page, { name: s.person.name });
    await queue(page, "segunda via pin");
    const made = page.waitForResponse((answer) => answer.url().endsWith("/receipt"));
    await Promise.all([made, s.next(page, /Imprimir recibo/)]);
    assert.deepEqual(printer.papers(), []);
    find();
    await s.until(() => printer.papers()[0]?.length > 1000, "the paper");
    await page.waitForSelector("section:has-text('Saiu bem') >> text=Emitido");
    printer.end();
  },

  async "a second paper is asked for as such, and counted; also when the session is over"(stage) {
    const page = await start(stage);
    await openWith(page, { name: s.person.name });
    await queue(page, "segunda via pin");
    await s.print(page);
    await s.papers(page, 1, () => page.click("text=Imprimir duplicado"));
    await page.waitForSelector("text=impresso 2 vezes");
    await page.waitForSelector("text=Sai com DUPLICADO em cima");
    await s.next(page, /Seguir para o fecho/);
    await page.waitForSelector("input[name=outcome]");
    await s.next(page, /Fechar a sessão/);
    await page.click(".plain-list a");
    await page.waitForSelector("#ended");
    await s.papers(page, 1, () => page.click("text=Imprimir duplicado"));
    await clean(page, "a session that is over");
    const pdf = await page.evaluate(async () => {
      const headers = { Authorization: `Bearer ${sessionStorage.getItem("spot-token")}` };
      const get = (path) => fetch(`/api/${path}`, { headers });
      const day = await (await get("day")).json();
      const session = await (await get(`sessions/${day.sessions[0].id}`)).json();
      return session.receipts.map(({ number, state, prints }) => [number, state, prints]);
    });
    assert.deepEqual(pdf, [[1, "confirmed", 3]]);
  },

  async "a home's beds: who is begun, who sleeps, and paper at the bed"(stage) {
    const page = await start(stage);
    await page.setViewportSize(s.sizes.phone);
    await s.goTo(page, "visit");
    await page.fill("#home", "Lar de Santo André");
    for (const [i, [room, name]] of [
      ["12 A", "D. Emília F."],
      ["12 A", "D. Rosa M."],
      ["14", "Sr. Albano M."],
    ].entries()) {
      await page.fill(`#room-${i}`, room);
      await page.fill(`#name-${i}`, name);
    }
    await s.next(page, /Guardar o plano/);
    await page.waitForSelector(".bedside:has-text('Emília')");
    await s.next(page, /Começar com D. Emília/);
    await s.acceptPrivacy(page);
    await page.fill("#citizen-name", "Emília Fontes");
    await s.toRequests(page);
    await queue(page, "segunda via pin");
    await s.goTo(page, "visit");
    await page.waitForSelector(".bedside:has-text('Emília') >> text=falta o recibo");
    await s.papers(page, 1, () => page.click(".bedside .btn:has-text('letra')"));
    await page.click(".bed:has-text('Albano')");
    await page.waitForSelector(".bedside:has-text('Albano')");
    assert.equal(await page.locator(".bed").count(), 3);
    await clean(page, "beds");
    // The next resident's screen has nothing of the one before.
    const citizen = await stage.window(stage.station.citizen_url);
    await s.next(page, /Começar com Sr. Albano/);
    await citizen.waitForSelector(".promise");
    assert.doesNotMatch(await citizen.textContent("body"), /Emília/);
  },
});
