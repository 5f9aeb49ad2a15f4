// Tells the citizen's screen what is being worked on: one call at a time, and always the newest.
// Calls on two connections may overtake each other, and the screen would stay at the older.

import { post } from "../api/client";

interface Focus {
  screen: string;
  draft?: string;
  field?: string;
}

let wanted: Focus | null = null;
let telling = false;

export async function showCitizen(focus: Focus) {
  wanted = focus;
  if (telling) return;
  telling = true;
  while (wanted) {
    const next: Focus = wanted;
    wanted = null;
    await post("citizen/focus", next).catch(() => {}); // the screen is empty without the station
  }
  telling = false;
}
