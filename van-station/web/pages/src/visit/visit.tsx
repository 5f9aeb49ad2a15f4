// A visit to a care home: one column, one hand, one room after another.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import { saver } from "../api/saver";
import type { Resident, Rest, Session, Visit } from "../api/types";
import { useApp, useDoing, useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Bar } from "../screens/shell";
import { usePrinting } from "../session/printing";
import { Icon, type IconName } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Button } from "../ui/parts";
import { go, useRoute } from "../ui/route";
import { Plan, type NewPlan } from "./plan";

type State = Resident["state"];
const icons: Record<State, IconName> = {
  todo: "go",
  open: "clock",
  asleep: "moon",
  not_today: "not-today",
  done: "check",
};
// Whose turn it is: who is begun with, then who was not asked yet, then who slept.
const turns: State[] = ["open", "todo", "asleep"];
const nextOf = (residents: Resident[]) =>
  turns
    .map((state) => residents.findIndex((one) => one.state === state))
    .find((index) => index >= 0) ?? -1;

const rests: Rest[] = ["asleep", "not_today"];
const count = (residents: Resident[], state: State) =>
  residents.filter((one) => one.state === state).length;

export function VisitScreen() {
  const { hide } = useApp();
  const { t } = useTexts();
  const { value: visit, set, read } = useResource<Visit>("visit", ["session", "request", "day"]);
  const { busy, run } = useDoing();
  const planning = useRoute()[1] === "plan";
  const [chosen, choose] = useState<number | null>(null);
  const residents = visit?.residents ?? [];
  const at = chosen ?? nextOf(residents);
  const here = residents[at];

  const begin = () =>
    void run(async () => {
      const session = await post<Session>("visit/begin", { index: at });
      go("session", session.id);
    });
  const rest = (state: Rest) =>
    void run(async () => {
      const again = here?.state === state; // the same button takes it back
      set(await post<Visit>("visit/rest", { index: at, state: again ? "todo" : state }));
      choose(again ? at : null);
    });
  const plan = (written: NewPlan) =>
    run(async () => {
      await saver.flush();
      await post("visit", written);
      await read();
      go("visit");
    });
  const bar = (
    <Bar
      place="visit"
      title={visit?.home || t("visit.title")}
      under={
        visit?.home ? t("visit.done", { n: count(residents, "done"), all: residents.length }) : ""
      }
    />
  );
  if (!visit)
    return (
      <div class="page">
        {bar}
        <main class="alone" aria-busy="true">
          <h1 class="sub">{t("reading")}</h1>
        </main>
      </div>
    );
  if (planning || !residents.length) {
    return (
      <div class="page">
        {bar}
        <Plan
          visit={visit}
          busy={busy}
          save={plan}
          back={() => go(residents.length ? "visit" : "day")}
        />
      </div>
    );
  }
  const label = !here
    ? null
    : here.session && here.state !== "done"
      ? t("visit.resume", { name: here.name })
      : here.state === "done"
        ? t("visit.again", { name: here.name })
        : t("visit.begin", { name: here.name });
  return (
    <div class="page">
      {bar}
      <main class="visit" id="main" tabIndex={-1}>
        <h1 class="sr">{t("visit.residents")}</h1>
        <Resting residents={residents} />
        {rooms(residents).map(({ room, inside }) => (
          <section key={room} aria-label={t("visit.room", { room })}>
            <h2 class="room">
              {t("visit.room", { room })}
              {inside.some(([i]) => i === at) && ` · ${t("visit.here")}`}
            </h2>
            {inside.map(([i, one]) =>
              i === at ? (
                <Bedside key={i} one={one} rest={rest} busy={busy} />
              ) : (
                <Bed key={i} one={one} onClick={() => choose(i)} />
              ),
            )}
          </section>
        ))}
        <div class="line">
          <Button kind="tall wide" onClick={() => go("visit", "plan")}>
            {t("visit.plan")}
          </Button>
        </div>
      </main>
      <Thumb
        hide={hide}
        act={label ? begin : () => go("day")}
        label={label ?? t("visit.end")}
        busy={busy}
      />
    </div>
  );
}

// Beside those who are done, in the bar: whom one comes back to.
function Resting({ residents }: { residents: Resident[] }) {
  const { t } = useTexts();
  const some = rests.filter((state) => count(residents, state) > 0);
  if (!some.length) return null;
  return (
    <p class="resting">
      {some.map((state) => (
        <span key={state}>
          <Icon name={icons[state]} /> {t(`visit.count.${state}`, { n: count(residents, state) })}
        </span>
      ))}
    </p>
  );
}

// The bottom of the screen, where the thumb of the hand that holds the laptop is.
function Thumb({
  hide,
  act,
  label,
  busy,
}: {
  hide: () => void;
  act: () => void;
  label: string;
  busy: boolean;
}) {
  const { t } = useTexts();
  useKeys({ "Ctrl+Enter": act });
  return (
    <footer class="thumb">
      <div>
        <Button kind="tall" icon="eye-off" keys="F9" onClick={hide}>
          {t("hide.short")}
        </Button>
        <Button kind="main tall" disabled={busy} onClick={act}>
          <span>{label}</span> <Icon name="go" />
        </Button>
      </div>
    </footer>
  );
}

type Numbered = [number, Resident];

function rooms(residents: Resident[]) {
  const out: { room: string; inside: Numbered[] }[] = [];
  residents.forEach((one, i) => {
    const room = one.room.trim();
    const last = out.find((other) => other.room === room);
    if (last) last.inside.push([i, one]);
    else out.push({ room, inside: [[i, one]] });
  });
  return out;
}

// What is still to do with a resident, in words.
function useLeft() {
  const { t, told } = useTexts();
  return ({ state, open }: Resident) =>
    state !== "open"
      ? ""
      : open
          .map(({ what, service = "" }) =>
            told(`visit.open.${what}`, t("visit.state.open"), { service }),
          )
          .join(", ");
}

function Bed({ one, onClick }: { one: Resident; onClick: () => void }) {
  const { t } = useTexts();
  const left = useLeft();
  return (
    <button type="button" class={`bed ${one.state}`} onClick={onClick}>
      <span class="no">{one.room}</span>
      <span>
        <b>{one.name}</b>
        <span class="quiet">
          {left(one) || t(`visit.state.${one.state}`)}
        </span>
      </span>
      <Icon name={icons[one.state]} />
    </button>
  );
}


function Bedside({
  one,
  rest,
  busy: resting,
}: {
  one: Resident;
  rest: (state: Rest) => void;
  busy: boolean;
}) {
  const { t } = useTexts();
  const left = useLeft();
  const { value: session } = useResource<Session>(
    one.session ? `sessions/${encodeURIComponent(one.session)}` : null,
    ["session", "request"],
  );
  const { busy, run } = useDoing();
  return (
    <section class="bedside" aria-label={t("visit.now")}>
      <div class="bed">
        <span class="no">{one.room}</span>
        <span>
          <b>{one.name}</b>
          {one.note && <span class="quiet">{one.note}</span>}
        </span>
      </div>
      {left(one) && (
        <p>
          <Icon name="clock" /> {left(one)}
        </p>
      )}
      {session && session.requests.length > 0 && (
        <LargeSummary session={session} busy={busy} run={run} />
      )}
      {one.state !== "done" && (
        <div class="rests" role="group" aria-label={t("visit.rest")}>
          {rests.map((state) => (
            <Button
              key={state}
              icon={icons[state]}
              pressed={one.state === state}
              disabled={resting}
              onClick={() => rest(state)}
            >
              <span>{t(`visit.${state}`)}</span>
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}

function LargeSummary({
  session,
  busy,
  run,
}: {
  session: Session;
  busy: boolean;
  run: (work: () => Promise<unknown>) => void;
}) {
  const { t } = useTexts();
  const printing = usePrinting();
  return (
    <Button
      kind="wide tall"
      icon="print"
      disabled={busy}
      onClick={() => run(() => printing.summary(session, "large"))}
    >
      {t("summary.large")}
    </Button>
  );
}
