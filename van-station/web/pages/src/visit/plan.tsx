// The plan of a visit: who is in which room. Written before, or at the door.

import { useState } from "preact/hooks";
import type { Visit } from "../api/types";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Button, Panel, TextField } from "../ui/parts";

const residentsMax = 200;
const empty = { room: "", name: "", note: "" };

interface Props {
  visit: Visit;
  busy: boolean;
  save: (visit: Visit) => void;
  back: () => void;
}

export function Plan({ visit, busy, save, back }: Props) {
  const { t } = useTexts();
  const [home, setHome] = useState(visit.home);
  const [rows, setRows] = useState(() => [
    ...visit.residents.map(({ room, name, note }) => ({ room, name, note })),
    empty,
  ]);
  const [lacks, setLacks] = useState(false);
  const put = (i: number, field: keyof typeof empty) => (text: string) => {
    const next = rows.map((row, at) => (at === i ? { ...row, [field]: text } : row));
    const last = next[next.length - 1]!;
    if (Object.values(last).some((part) => part.trim()) && next.length < residentsMax)
      next.push(empty);
    setRows(next);
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
          <TextField
            id="home"
            label={t("plan.home")}
            value={home}
            onInput={setHome}
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
