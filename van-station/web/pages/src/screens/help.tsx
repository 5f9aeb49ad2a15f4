// The hotline that stands on citizens' paper and on their last screen: a setting of the mission.

import { useState } from "preact/hooks";
import { post, Refused } from "../api/client";
import { saver } from "../api/saver";
import { helpDays, type Help, type StationState } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Resumed, useScrap, type Writing } from "../scrap";
import { Button, Choices, Dialog, TextField } from "../ui/parts";
import { kept, shown } from "../session/text_forms";

const usual: Help = { phone: "", days: "workdays", from: "09:00", to: "18:00" };

// "9", "9h30" and "930" are times, too.
function timeOf(typed: string) {
  const parts = /^\s*(\d{1,2}?)[\s:.h]*(\d{2})?\s*h?\s*$/i.exec(typed);
  return parts ? `${parts[1]!.padStart(2, "0")}:${parts[2] ?? "00"}` : typed.trim();
}

export function HelpForm(props: { onClose: () => void }) {
  const scrap = useScrap("help");
  return scrap && <Form key={scrap.id} {...props} scrap={scrap} />;
}

function Form({ onClose, scrap }: { onClose: () => void; scrap: Writing }) {
  const { state, take, say } = useApp();
  const { t, told } = useTexts();
  const { busy, run } = useDoing();
  const before = state.help ?? usual;
  const help = { ...before, phone: shown("phone", before.phone), ...scrap.values } as Help;
  const [wrong, setWrong] = useState<Refused | null>(null);
  const put = (member: keyof Help) => (text: string) => scrap.put(member, text);
  const save = () =>
    void run(async () => {
      try {
        await saver.flush();
        const given = {
          ...help,
          phone: kept("phone", help.phone),
          from: timeOf(help.from),
          to: timeOf(help.to),
        };
        take(await post<StationState>("help", given));
        say(t("help.saved"));
        onClose();
      } catch (error) {
        if (!(error instanceof Refused) || !error.field) throw error;
        setWrong(error);
        document.getElementById(`help-${error.field}`)?.focus();
      }
    });
  const field = (member: "phone" | "from" | "to", hint: string) => (
    <TextField
      id={`help-${member}`}
      label={t(`help.${member}`)}
      hint={hint}
      value={help[member]}
      onInput={put(member)}
      onBlur={() => member !== "phone" && help[member].trim() && put(member)(timeOf(help[member]))}
      inputMode={member === "phone" ? "tel" : "numeric"}
      wide={member === "phone"}
      maxLength={20}
      autofocus={member === "phone"}
      bad={wrong?.field === member}
      check={wrong?.field === member && told(`error.${wrong.code}`, wrong.message)}
    />
  );
  return (
    <Dialog title={t("help.title")} onClose={onClose} keys={{ "Ctrl+Enter": save }}>
      <p>{t("help.text")}</p>
      <Resumed scrap={scrap} />
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {field("phone", t("help.phone.hint"))}
        <Choices
          name="help-days"
          legend={t("help.days")}
          value={help.days}
          options={helpDays.map((value) => ({ value, label: t(`help.days.${value}`) }))}
          onChange={put("days")}
        />
        {field("from", t("help.hours.hint"))}
        {field("to", t("help.hours.hint"))}
      </form>
      <div class="line">
        <Button kind="main" keys="Ctrl Enter" disabled={busy} onClick={save}>
          {t("help.save")}
        </Button>
      </div>
    </Dialog>
  );
}
