// The person's data, asked once a session and offered to every request of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { saver } from "../api/saver";
import { citizenFields, type CitizenField, type FieldType, type Session } from "../api/types";
import { useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Next } from "../ui/next";
import { Panel, TextField } from "../ui/parts";
import { showCitizen } from "./citizen_focus";
import type { StepProps } from "./session";
import { inputModes, isCode, kept, shown } from "./text_forms";

export const citizenTypes: Record<CitizenField, FieldType> = {
  name: "text",
  nif: "nif",
  birth_date: "date",
  phone: "phone",
  address: "postal_address",
};
const lengths: Record<CitizenField, number> = {
  name: 150,
  nif: 12,
  birth_date: 10,
  phone: 20,
  address: 200,
};
const needed: CitizenField[] = ["name"];

const wrongIn = (session: Session) =>
  citizenFields.find((name) => session.citizen.checks[name] === "wrong");

export function CitizenStep({ session, take, to }: StepProps) {
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const path = `sessions/${encodeURIComponent(session.id)}/citizen`;
  const first = useRef(true);
  const [typed, setTyped] = useState(() => {
    const set = { ...session.citizen, ...saver.pending(path) } as Partial<
      Record<CitizenField, string>
    >;
    return Object.fromEntries(
      citizenFields.map((name) => [name, shown(citizenTypes[name], set[name] ?? "")]),
    ) as Record<CitizenField, string>;
  });
  const [lacks, setLacks] = useState<CitizenField | null>(null);
  // What is typed in haste is checked after the call that asks was begun.
  const latest = useRef(session);
  latest.current = session;

  useEffect(() => {
    const empty = citizenFields.find((name) => !typed[name]) ?? "name";
    if (first.current) document.getElementById(`citizen-${empty}`)?.focus();
    first.current = false;
  }, []);

  const input = (name: CitizenField) => (text: string) => {
    setTyped((now) => ({ ...now, [name]: text }));
    saver.put<Session>(path, name, kept(citizenTypes[name], text), (answer) => {
      latest.current = answer;
      take(answer);
    });
  };
  const focus = (name: CitizenField) =>
    void showCitizen({ screen: "citizen", field: name });
  const leave = (name: CitizenField) => {
    const type = citizenTypes[name];
    setTyped((now) => ({ ...now, [name]: shown(type, kept(type, now[name])) }));
    void saver.flush().catch(() => {});
  };
  const wrong = wrongIn(session);
  const go = () =>
    void run(async () => {
      await saver.flush();
      const empty = needed.find((name) => !typed[name].trim());
      const amiss = empty ?? wrongIn(latest.current);
      if (amiss) {
        setLacks(empty ?? null);
        const field = document.getElementById(`citizen-${amiss}`) as HTMLInputElement | null;
        field?.focus();
        field?.select();
        return;
      }
      to("requests");
    });
  const check = (name: CitizenField) => {
    if (lacks === name && !typed[name].trim()) return t("field.lacks");
    const mark = session.citizen.checks[name];
    if (mark === "wrong") return t(`citizen.${name}.wrong`);
    if (mark === "ok" && name === "nif")
      return (
        <>
          <Icon name="check" /> {t("check.ok")}
        </>
      );
    return undefined;
  };
  const bad = (name: CitizenField) =>
    session.citizen.checks[name] === "wrong" || (lacks === name && !typed[name].trim());
  return (
    <>
      <Panel title={t("citizen.title")} id="citizen-title">
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            go();
          }}
        >
          {citizenFields.map((name) => (
            <TextField
              key={name}
              id={`citizen-${name}`}
              label={t(`citizen.${name}`)}
              hint={t(`citizen.${name}.hint`)}
              value={typed[name]}
              onInput={input(name)}
              onFocus={() => focus(name)}
              onBlur={() => leave(name)}
              check={check(name)}
              bad={bad(name)}
              wide={name === "name" || name === "address"}
              code={isCode(citizenTypes[name]) || name === "phone"}
              required={needed.includes(name)}
              inputMode={inputModes[citizenTypes[name]]}
              maxLength={lengths[name]}
            />
          ))}
        </form>
      </Panel>
      <Next
        busy={busy}
        action={go}
        label={wrong ? t("fix", { field: t(`citizen.${wrong}`) }) : t("citizen.go")}
        lacks={wrong && t("fix.lacks", { field: t(`citizen.${wrong}`) })}
      />
    </>
  );
}
