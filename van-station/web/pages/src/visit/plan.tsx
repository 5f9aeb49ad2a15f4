// The plan of a visit: who is in which room. Written before, or at the door.

import { useRef, useState } from "preact/hooks";
import type { Planned, Visit } from "../api/types";
import { useTexts } from "../i18n/texts";
import { Resumed, useScrap, type Writing } from "../scrap";
import { Next } from "../ui/next";
import { Button, Panel, TextField } from "../ui/parts";

const residentsMax = 200;
const empty: Planned = { room: "", name: "", note: "" };
const members = ["room", "name", "note"] as const;

export interface NewPlan {
  home: string;
  residents: Planned[];
}
interface Props {
  visit: Visit;
  busy: boolean;
  save: (plan: NewPlan) => void;
  back: () => void;
}

// One row is always empty, for the next person.
function withEmpty(rows: Planned[]) {
  const last = rows[rows.length - 1];
  const full = !last || members.some((member) => last[member].trim());
  return full && rows.length < residentsMax ? [...rows, empty] : rows;
}

// A scrap of a plan has all of it, row by row: "room-0", "name-0", … Empty: none was begun.
function rowsOf(values: Record<string, string>): Planned[] {
  const last = Math.max(-1, ...Object.keys(values).map((name) => Number(name.split("-")[1] ?? -1)));
  return Array.from({ length: last + 1 }, (_, i) => ({
    room: values[`room-${i}`] ?? "",
    name: values[`name-${i}`] ?? "",
    note: values[`note-${i}`] ?? "",
  }));
}

export function Plan(props: Props) {
  const { t } = useTexts();
  const scrap = useScrap("visit");
  if (scrap) return <PlanForm key={scrap.id} {...props} scrap={scrap} />;
  return (
    <main class="alone" id="main" tabIndex={-1} aria-busy="true">
      <h1 class="sub">{t("reading")}</h1>
    </main>
  );
}

function PlanForm({ visit, busy, save, back, scrap }: Props & { scrap: Writing }) {
  const { t } = useTexts();
  const begun = useRef(Object.keys(scrap.values).length > 0);
  const [home, setHome] = useState(scrap.values.home ?? visit.home);
  const [rows, setRows] = useState(() =>
    withEmpty(
      begun.current
        ? rowsOf(scrap.values)
        : visit.residents.map(({ room, name, note }) => ({ room, name, note })),
    ),
  );
  const [lacks, setLacks] = useState(false);
  // The first change keeps all that stands here; the plan itself stays as it is until it is saved.
  const keep = (field: string, text: string) => {
    if (!begun.current) {
      begun.current = true;
      scrap.put("home", home);
      visit.residents.forEach((row, i) =>
        members.forEach((member) => scrap.put(`${member}-${i}`, row[member])),
      );
    }
    scrap.put(field, text);
  };
  const putHome = (text: string) => {
    setHome(text);
    keep("home", text);
  };
  const put = (i: number, field: keyof Planned) => (text: string) => {
    setRows(withEmpty(rows.map((row, at) => (at === i ? { ...row, [field]: text } : row))));
    keep(`${field}-${i}`, text);
  };
  const full = rows.filter((row) => row.room.trim() && row.name.trim());
  const write = () => {
    if (!home.trim() || !full.length) {
      setLacks(true);
      document.getElementById(home.trim() ? "room-0" : "home")?.focus();
      return;
    }
    save({ home: home.trim(), residents: full });
  };
  return (
    <>
      <main class="visit" id="main" tabIndex={-1}>
        <Panel title={t("plan.title")} id="plan" first>
          <p class="intro">{t("plan.text")}</p>
          <Resumed scrap={scrap} />
          <TextField
            id="home"
            label={t("plan.home")}
            value={home}
            onInput={putHome}
            autofocus
            maxLength={200}
            bad={lacks && !home.trim()}
            check={lacks && !home.trim() ? t("field.lacks") : undefined}
          />
          <ol class="plan">
            {rows.map((row, i) => (
              <li key={i}>
                <TextField
                  id={`room-${i}`}
                  label={t("plan.room")}
                  value={row.room}
                  maxLength={40}
                  onInput={put(i, "room")}
                  bad={lacks && !full.length && i === 0}
                  check={lacks && !full.length && i === 0 ? t("plan.lacks") : undefined}
                />
                <TextField
                  id={`name-${i}`}
                  label={t("plan.name")}
                  value={row.name}
                  maxLength={200}
                  onInput={put(i, "name")}
                />
                <TextField
                  id={`note-${i}`}
                  label={t("plan.note")}
                  value={row.note}
                  maxLength={1000}
                  onInput={put(i, "note")}
                />
              </li>
            ))}
          </ol>
        </Panel>
      </main>
      <Next
        left={<p class="quiet">{t("plan.count", { n: full.length })}</p>}
        action={write}
        busy={busy}
        label={t("plan.save")}
        also={<Button onClick={back}>{t("back")}</Button>}
      />
    </>
  );
}
