// The way of a request: four stops, here, hub, agency, answer. One drawing in lists, on the
// citizen's screen and on paper. Green only for what the hub has confirmed.

import type { WayState } from "../api/types";
import { useTexts } from "../i18n/texts";

const stops = [9, 33, 57, 81] as const;
const middle = 10;
type Colour = "ink" | "ok";

const ring = (x: number) => <circle class="w0" cx={x} cy={middle} r="5.5" />;
const dot = (x: number, colour: Colour) => (
  <circle class={colour === "ok" ? "wg" : "w1"} cx={x} cy={middle} r="6" />
);
const dashed = (x: number) => <circle class="wd" cx={x} cy={middle} r="5.5" />;
const solid = (from: number, to: number, colour: Colour) => (
  <path class={colour === "ok" ? "wgk" : "wk"} d={`M${from} ${middle}H${to}`} />
);
const dotted = (from: number, to: number) => <path class="wl" d={`M${from} ${middle}H${to}`} />;

const crossed = (x: number) => (
  <>
    <circle class="wx" cx={x} cy={middle} r="7" />
    <path class="wt" d={`M${x - 3} 7l6 6M${x + 3} 7l-6 6`} />
  </>
);
const paused = (x: number) => (
  <>
    <rect class="wx" x={x - 7} y="3" width="14" height="14" rx="1.5" />
    <path class="wt" d={`M${x - 2} 7v6M${x + 2} 7v6`} />
  </>
);
const unequal = (x: number) => (
  <>
    <circle class="wx" cx={x} cy={middle} r="7" />
    <path class="wt" d={`M${x - 3} 8.5h6M${x - 3} 11.5h6M${x - 2} 14l4-8`} />
  </>
);

// Reached: so many stops, joined. Then one of the shapes; then the rings of what is still to come.
const reached = (count: number, colour: Colour) =>
  stops.slice(0, count).map((x, i) => (
    <>
      {i > 0 && solid(stops[i - 1]! + 6, x - 6, colour)}
      {dot(x, colour)}
    </>
  ));
const ahead = (from: number) =>
  stops.slice(from).map((x, i) => (
    <>
      {dotted(stops[from + i - 1]! + 6, x - 6)}
      {ring(x)}
    </>
  ));

function drawing(state: WayState) {
  switch (state) {
    case "draft":
      return (
        <>
          {dashed(9)}
          {ahead(1)}
        </>
      );
    case "recorded":
      return (
        <>
          {reached(1, "ink")}
          {ahead(1)}
        </>
      );
    case "sent":
      return (
        <>
          {reached(1, "ink")}
          {solid(15, 27, "ink")}
          {dashed(33)}
          {ahead(2)}
        </>
      );
    case "hub":
      return (
        <>
          {reached(2, "ok")}
          {ahead(2)}
        </>
      );
    case "unsure":
      return (
        <>
          {reached(2, "ok")}
          {dotted(39, 51)}
          {dashed(57)}
          {ahead(3)}
        </>
      );
    case "agency":
      return (
        <>
          {reached(3, "ok")}
          {ahead(3)}
        </>
      );
    case "answered":
      return (
        <>
          {reached(4, "ok")}
          <path class="wi" d="M78 10.2l2.2 2.2 4-4.6" />
        </>
      );
    case "refused":
      return (
        <>
          {reached(3, "ok")}
          {solid(63, 74, "ok")}
          {crossed(81)}
        </>
      );
    case "quarantine":
      return (
        <>
          {reached(1, "ink")}
          {solid(15, 26, "ink")}
          {paused(33)}
          {ahead(2)}
        </>
      );
    case "held":
      return (
        <>
          {reached(2, "ok")}
          {dotted(39, 50)}
          {paused(57)}
          {ahead(3)}
        </>
      );
    case "conflict":
      return (
        <>
          {reached(1, "ok")}
          {solid(15, 26, "ok")}
          {unequal(33)}
          {ahead(2)}
        </>
      );
    case "withdrawn":
      return (
        <>
          {ring(9)}
          <path class="w0" d="M5 14l8-8" />
        </>
      );
  }
}

const tones: Partial<Record<WayState, "wait" | "bad">> = {
  quarantine: "wait",
  conflict: "wait",
  unsure: "wait",
  held: "wait",
  refused: "bad",
};
export const toneOf = (state: WayState) => tones[state] ?? "";

// What a person has to look at.
export const needsPerson = (state: WayState) =>
  state === "refused" || state === "quarantine" || state === "conflict" || state === "held";

export function Way({ state, big }: { state: WayState; big?: boolean }) {
  return (
    <svg class={`way ${toneOf(state)} ${big ? "big" : ""}`} viewBox="0 0 92 20" aria-hidden="true">
      {drawing(state)}
    </svg>
  );
}

// The state's exact words.
export function useStateWords() {
  const { t } = useTexts();
  return (state: WayState, agency: string) => t(`state.${state}`, { agency });
}

// How many of the four stops are certain.
const certain: Record<WayState, number> = {
  draft: 0,
  recorded: 1,
  sent: 1,
  hub: 2,
  unsure: 2,
  agency: 3,
  answered: 4,
  refused: 4,
  quarantine: 1,
  conflict: 2,
  held: 2,
  withdrawn: 0,
};

// The way with words under its stops, large. `agency`: none for the citizen, who has plainer words.
// `notes`: what is known or expected of each stop.
export function WayLarge({
  state,
  agency,
  notes = [],
}: {
  state: WayState;
  agency?: string;
  notes?: (string | undefined)[];
}) {
  const { t } = useTexts();
  const count = certain[state];
  const words =
    agency === undefined
      ? [t("citizen.way.here"), t("way.hub"), t("citizen.way.agency"), t("way.answer")]
      : [t("way.here"), t("way.hub"), t("way.agency", { agency }), t("way.answer")];
  const confirmed = count >= 2;
  return (
    <ol class="way-large">
      {words.map((word, i) => (
        <li class={i < count ? (confirmed ? "ok-stop" : "here") : ""} key={word}>
          <b>{word}</b>
          {i < count && <span class="sr">{t("way.reached")}</span>}
          {notes[i] && <small>{notes[i]}</small>}
        </li>
      ))}
    </ol>
  );
}
