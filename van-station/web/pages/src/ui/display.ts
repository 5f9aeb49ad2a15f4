// Sun, dark and large type: of this screen alone, remembered by this browser. It is all that is
// kept in the browser besides the token.

import { useState } from "preact/hooks";

export type Mode = "sun" | "dark";
export interface Display {
  mode?: Mode;
  type?: "large";
}

const key = "spot-display";

function read(): Display {
  try {
    const { mode, type } = JSON.parse(localStorage.getItem(key) ?? "{}");
    return {
      mode: mode === "sun" || mode === "dark" ? mode : undefined,
      type: type === "large" ? type : undefined,
    };
  } catch {
    return {};
  }
}

export function apply({ mode, type }: Display) {
  const { dataset } = document.documentElement;
  if (mode) dataset.mode = mode;
  else delete dataset.mode;
  if (type) dataset.type = type;
  else delete dataset.type;
}

export function applyRemembered() {
  apply(read());
}

export function useDisplay() {
  const [display, set] = useState(read);
  const change = (next: Display) => {
    set(next);
    apply(next);
    localStorage.setItem(key, JSON.stringify(next));
  };
  return {
    display,
    toggleMode: (mode: Mode) =>
      change({ ...display, mode: display.mode === mode ? undefined : mode }),
    toggleType: () => change({ ...display, type: display.type ? undefined : "large" }),
  };
}

// Fonts come after the first picture: until then the page stands in the system's.
export function loadFonts() {
  requestAnimationFrame(() =>
    setTimeout(() => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = "/fonts.css";
      document.head.append(link);
    }),
  );
}
