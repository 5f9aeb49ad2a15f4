// Server-sent events read through fetch, as EventSource can't send the token in a header.

import { open } from "./client";

const retryMsMin = 250;
const retryMsMax = 4_000;

type Take = (event: string, data: string) => void;

// Splits "event: a\ndata: b\n\n" into events; keeps what is not complete yet.
function parser(take: Take) {
  let rest = "";
  return (piece: string) => {
    rest += piece;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      let name = "message";
      const data: string[] = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        if (line.startsWith("data:")) data.push(line.slice(5).trim());
      }
      if (data.length) take(name, data.join("\n"));
    }
  };
}

// Listens for as long as the page lives. `alive` hears whether the station answers; `refused`
// is called once, when the token is not (or no longer) the station's.
export async function listen(
  path: string,
  take: Take,
  alive: (yes: boolean) => void,
  refused: () => void,
) {
  let wait = retryMsMin;
  for (;;) {
    try {
      const answer = await open("GET", path);
      if (answer.status === 401 || answer.status === 403) return refused();
      if (!answer.ok || !answer.body) throw new Error();
      alive(true);
      wait = retryMsMin;
      const read = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const feed = parser(take);
      for (let part = await read.read(); !part.done; part = await read.read()) feed(part.value);
    } catch {
      // The station was stopped or restarts: asked again below.
    }
    alive(false);
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, retryMsMax);
  }
}
