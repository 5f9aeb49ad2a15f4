// What axe-core finds on a screen, in every mode and size; and what is wider than its window.
import { createRequire } from "node:module";
import * as s from "./support.mjs";

const { source } = createRequire(import.meta.url)("axe-core");
const modes = [
  {},
  { mode: "sun" },
  { mode: "dark" },
  { type: "large" },
  { mode: "dark", type: "large" },
];
const quietMs = 150;

// The faults of what is shown now; `where` names it.
async function axe(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const found = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ["violations"] }),
  );
  return found.violations.map(({ id, nodes }) => {
    const examples = nodes.slice(0, 3).map((node) => node.html.slice(0, 140));
    return `${where}: ${id}: ${examples.join(" | ")}`;
  });
}

// Until nothing has changed on it for a moment: what is pushed or read has arrived.
function settled(page) {
  return page.evaluate(
    (quietMs) =>
      new Promise((done) => {
        let timer = setTimeout(done, quietMs);
        new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(done, quietMs);
        }).observe(document, { subtree: true, childList: true, characterData: true });
      }),
    quietMs,
  );
}

// All faults of this screen, not only the first. It is drawn as before afterwards.
export async function faultsOf(page, where) {
  const faults = [];
  await settled(page);
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
      const plain = Object.keys(mode).length === 0;
      if (name === "laptop" || plain) faults.push(...(await axe(page, at)));
    }
  }
  await page.setViewportSize(s.sizes.laptop);
  await page.evaluate(() => {
    delete document.documentElement.dataset.mode;
    delete document.documentElement.dataset.type;
  });
  return faults;
}
