// A printer for a roll of paper, that is a listening socket, and how a page comes to know of it.
import { createServer } from "node:net";

// A network printer that says nothing of itself. `stopsAfter`: so many bytes, and it takes no more.
export async function roll(stopsAfter = Infinity) {
  const jobs = [];
  let stopped;
  const hasStopped = new Promise((done) => {
    stopped = done;
  });
  const open = new Set();
  const server = createServer((line) => {
    const at = jobs.push(Buffer.alloc(0)) - 1;
    open.add(line);
    line.on("error", () => {});
    line.on("data", (piece) => {
      jobs[at] = Buffer.concat([jobs[at], piece]).subarray(0, stopsAfter);
      if (jobs[at].length < stopsAfter) return;
      line.pause();
      stopped();
    });
  });
  await new Promise((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return {
    name: `127.0.0.1:${server.address().port}`,
    papers: () => jobs.map((bytes) => bytes.toString("latin1")),
    hasStopped,
    end: () => {
      for (const line of open) line.destroy();
      server.close();
    },
  };
}

// Makes the page see this printer, as it sees those that CUPS knows, once `known` has come true.
// Printing itself is real.
export async function offer(page, printer, known = Promise.resolve()) {
  const found = { name: printer.name, kind: "escpos", formats: ["58", "80"], state: "ready" };
  await page.route("**/api/printers", async (route) => {
    await known;
    await route.fulfill({ json: { printers: [found] } });
  });
}
