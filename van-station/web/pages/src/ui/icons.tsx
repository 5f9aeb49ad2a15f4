// Drawn for this project: 24 px grid, round ends, no fill. Always beside a word, or named by it.

const shapes = {
  search: "M4 10.5a6.5 6.5 0 1 1 13 0a6.5 6.5 0 1 1 -13 0zM15.5 15.5 21 21",
  check: "M4 12.5l5.5 5.5L20 6.5",
  alert: "M12 3.5 22 20.5H2zM12 10v4.5M12 17.6v.1",
  clock: "M3 12a9 9 0 1 1 18 0a9 9 0 1 1 -18 0zM12 7v5.5l3.5 2",
  lock: "M4.5 10.5h15v10h-15zM8 10.5V7a4 4 0 0 1 8 0v3.5",
  "eye-off": "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12zM4 20 20 4",
  laptop: "M4.5 5h15v10.5h-15zM2 19h20",
  hub: "M3.5 13h17v7h-17zM7 16.5h.1M12 13V8M8.5 8.5a5 5 0 0 1 7 0M6 5.6a9 9 0 0 1 12 0",
  agency: "M3 20.5h18M4.5 9 12 4l7.5 5zM6.5 9.5v8M12 9.5v8M17.5 9.5v8",
  letter: "M3 5.5h18v13.5h-18zM3.5 7l8.5 6.5L20.5 7",
  link: "M3 9.5a13 13 0 0 1 18 0M6.3 13.2a8.3 8.3 0 0 1 11.4 0M9.5 16.7a3.7 3.7 0 0 1 5 0M12 20v.1",
  nolink:
    "M3 9.5a13 13 0 0 1 18 0M6.3 13.2a8.3 8.3 0 0 1 11.4 0M9.5 16.7a3.7 3.7 0 0 1 5 0" +
    "M12 20v.1M4 21 20 3",
  print: "M7 8.5v-5h10v5M7 17H4V8.5h16V17h-3M7 14h10v7h-10z",
  camera: "M3 8h4l1.5-2.5h7L17 8h4v11.5H3zM8.4 13.3a3.6 3.6 0 1 1 7.2 0a3.6 3.6 0 1 1 -7.2 0z",
  sun:
    "M8 12a4 4 0 1 1 8 0a4 4 0 1 1 -8 0zM12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5" +
    "M5.3 5.3l1.8 1.8M16.9 16.9l1.8 1.8M5.3 18.7l1.8-1.8M16.9 7.1l1.8-1.8",
  "not-today": "M3.5 5.5h17v15h-17zM3.5 10h17M8 3v4M16 3v4M8.5 18l7-5",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  type: "M2.5 19 8 5l5.5 14M4.5 14.5h7M15.5 19l3-8.5 3 8.5M16.5 16.5h4.1",
  person: "M8 8a4 4 0 1 1 8 0a4 4 0 1 1 -8 0zM4 20.5c.8-4.5 4-6.5 8-6.5s7.2 2 8 6.5",
  nobody: "M8 8a4 4 0 1 1 8 0a4 4 0 1 1 -8 0zM4 20.5c.8-4.5 4-6.5 8-6.5s7.2 2 8 6.5M4 3l16 18",
  go: "M4 12h15M13.5 6l6 6-6 6",
  undo: "M8 5 3.5 9.5 8 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3",
  phone:
    "M5 3.5h4l1.5 5-2.3 1.7a13 13 0 0 0 5.6 5.6l1.7-2.3 5 1.5v4c0 1-.8 1.5-1.5 1.5C10" +
    ".5 20.5 3.5 13.5 3.5 5c0-.8.5-1.5 1.5-1.5z",
  pause: "M3.5 3.5h17v17h-17zM9.5 8.5v7M14.5 8.5v7",
  shield: "M12 2.5 4 5.5v6c0 5 3.3 8.3 8 10 4.7-1.7 8-5 8-10v-6zM8.5 12l2.5 2.5 4.5-5",
  bed: "M3 5v15M3 16.5h18V20M21 16.5V13a3 3 0 0 0-3-3h-7v6.5M5 12a2 2 0 1 1 4 0a2 2 0 1 1 -4 0z",
  stop: "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8zM8.5 8.5l7 7M15.5 8.5l-7 7",
  talk: "M3.5 4.5h17v12h-9l-5 4v-4h-3z",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  sync: "M5 10a7.5 7.5 0 0 1 13-3l2 2M20 4v5h-5M19 14a7.5 7.5 0 0 1-13 3l-2-2M4 20v-5h5",
  clip:
    "M19.5 11L12 18.5a4.6 4.6 0 0 1-6.5-6.5L13 4.5a3 3 0 0 1 4.3 4.3L10 16a1.5 1.5 0 " +
    "0 1-2.1-2.1l6.6-6.6",
  book: "M4 4.5h11a4 4 0 0 1 4 4v11h-11a4 4 0 0 1-4-4zM8 9h7M8 13h7",
};

export type IconName = keyof typeof shapes;

export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

// Two screens that overlap: the mediator's and the citizen's.
export function Logo() {
  return (
    <svg class="mark" viewBox="0 0 30 30" aria-hidden="true">
      <rect class="mark-back" x="1.5" y="4.5" width="19" height="13" rx="2" />
      <rect class="mark-front" x="10.5" y="12.5" width="18" height="13" rx="2" />
    </svg>
  );
}
