// A visit to a care home: one column, one hand, one room after another.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import type { Resident, Session, Visit } from "../api/types";
import { useApp, useDoing, useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Bar } from "../screens/shell";
import { usePrinting } from "../session/printing";
import { Icon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Button } from "../ui/parts";
import { go } from "../ui/route";
import { Plan } from "./plan";

export function VisitScreen() {
  const { hide } = useApp();
  const { t } = useTexts();
  const { value: visit, read } = useResource<Visit>("visit", ["session", "request", "day"]);
  const { busy, run } = useDoing();
  const [planning, setPlanning] = useState(false);
  const [chosen, choose] = useState<number | null>(null);
  const residents = visit?.residents ?? [];
  const first = residents.findIndex((one) => one.state === "open");
  const todo = residents.findIndex((one) => one.state === "todo");
  const at = chosen ?? (first >= 0 ? first : todo);
  const here = residents[at];

  const begin = () =>
    void run(async () => {
      if (here?.session && here.state === "open") return go("session", here.session);
      const session = await post<Session>("visit/begin", { index: at });
      go("session", session.id);
    });
  const plan = (residentsPlan: Visit) =>
    run(async () => {
      await post("visit", residentsPlan);
      await read();
      setPlanning(false);
    });
  const done = residents.filter((one) => one.state === "done").length;
  const bar = (
    <Bar
      place="visit"
      title={visit?.home || t("visit.title")}
      under={visit?.home ? t("visit.done", { n: done, all: residents.length }) : ""}
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
          back={residents.length ? () => setPlanning(false) : () => go("day")}
        />
      </div>
    );
  }
  const label = !here
    ? null
    : here.state === "open"
      ? t("visit.resume", { name: here.name })
      : here.state === "done"
        ? t("visit.again", { name: here.name })
        : t("visit.begin", { name: here.name });
  return (
    <div class="page">
      {bar}
      <main class="visit" id="main" tabIndex={-1}>
        <h1 class="sr">{t("visit.residents")}</h1>
        {rooms(residents).map(({ room, inside }) => (
          <section key={room} aria-label={t("visit.room", { room })}>
            <h2 class="room">
              {t("visit.room", { room })}
              {inside.some(([i]) => i === at) && ` · ${t("visit.here")}`}
            </h2>
            {inside.map(([i, one]) =>
              i === at ? (
                <Bedside key={i} one={one} />
              ) : (
                <Bed key={i} one={one} onClick={() => choose(i)} />
              ),
            )}
          </section>
        ))}
        <div class="line">
          <Button kind="tall wide" onClick={() => setPlanning(true)}>
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
  return ({ state, open = [] }: Resident) =>
    state !== "open"
      ? ""
      : open
          .map(({ what, service = "" }) => told(`visit.open.${what}`, t("visit.open"), { service }))
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
          {left(one) || t(one.state === "done" ? "visit.state.done" : "visit.todo")}
        </span>
      </span>
      <Icon name={one.state === "done" ? "check" : one.state === "open" ? "clock" : "go"} />
    </button>
  );
}

function Bedside({ one }: { one: Resident }) {
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
