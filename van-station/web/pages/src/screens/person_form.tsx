// A new mediator on this laptop: the first one freely, later ones with the supervisor's code.

import { useState } from "preact/hooks";
import { post, Refused } from "../api/client";
import type { StationState } from "../api/types";
import { useApp } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Button, TextField, useFocusOnce } from "../ui/parts";
import { useKeys } from "../ui/keys";

const pinDigitsMin = 6;

export function PersonForm({
  first = false,
  onBack,
  done,
}: {
  first?: boolean;
  onBack?: () => void;
  done?: () => void;
}) {
  const { take, refresh } = useApp();
  const { t, told } = useTexts();
  const [name, setName] = useState("");
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<{ field: string; text: string } | null>(null);
  const [supervisor, setSupervisor] = useState<{ code: string; enter: () => void } | null>(null);
  const title = useFocusOnce<HTMLHeadingElement>();

  const problem = () => {
    if (!name.trim()) return { field: "name", text: t("person.name.lacks") };
    if (!/^[0-9]*$/.test(pin) || pin.length < pinDigitsMin)
      return { field: "pin", text: t("person.pin.short", { n: pinDigitsMin }) };
    if (pin !== again) return { field: "again", text: t("person.pin.differs") };
    if (!first && !code.trim()) return { field: "code", text: t("person.code.lacks") };
    return null;
  };
  const submit = async () => {
    const found = problem();
    setWrong(found);
    if (found) return document.getElementById(`person-${found.field}`)?.focus();
    try {
      const made = await post<{ id: string; supervisor_code?: string }>("people", {
        name: name.trim(),
        pin,
        ...(first ? {} : { code: code.trim() }),
      });
      const enter = async () => {
        try {
          take(await post<StationState>("sign-in", { person: made.id, pin }));
        } catch {
          await refresh();
        }
        done?.();
      };
      if (made.supervisor_code) setSupervisor({ code: made.supervisor_code, enter });
      else await enter();
    } catch (error) {
      if (!(error instanceof Refused)) return setWrong({ field: "name", text: t("error.away") });
      const field = error.field || (error.code.startsWith("code") ? "code" : "pin");
      setWrong({
        field,
        text: told(`error.${error.code}`, error.message, { n: error.waitSeconds }),
      });
    }
  };
  const lead = () => (supervisor ? supervisor.enter() : void submit());
  useKeys({ "Ctrl+Enter": lead, ...(onBack && !supervisor && { Escape: onBack }) });
  const check = (field: string) => (wrong?.field === field ? wrong.text : undefined);

  if (supervisor) {
    return (
      <main class="alone">
        <h1 tabIndex={-1}>{t("supervisor.title")}</h1>
        <p>{t("supervisor.text")}</p>
        <p class="once" aria-label={t("supervisor.code")}>
          {supervisor.code}
        </p>
        <Button kind="main wide" keys="Ctrl Enter" onClick={lead}>
          {t("supervisor.written")}
        </Button>
      </main>
    );
  }
  return (
    <main class="alone">
      <h1 ref={title} tabIndex={-1}>
        {t(first ? "first.title" : "person.title")}
      </h1>
      <p>{t(first ? "first.text" : "person.text")}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          id="person-name"
          label={t("person.name")}
          value={name}
          onInput={setName}
          check={check("name")}
          bad={!!check("name")}
          required
          maxLength={80}
        />
        <TextField
          id="person-pin"
          label={t("person.pin")}
          hint={t("person.pin.hint", { n: pinDigitsMin })}
          value={pin}
          onInput={setPin}
          type="password"
          inputMode="numeric"
          code
          required
          check={check("pin")}
          bad={!!check("pin")}
          maxLength={12}
        />
        <TextField
          id="person-again"
          label={t("person.again")}
          value={again}
          onInput={setAgain}
          type="password"
          inputMode="numeric"
          code
          required
          check={check("again")}
          bad={!!check("again")}
          maxLength={12}
        />
        {!first && (
          <TextField
            id="person-code"
            label={t("person.code")}
            hint={t("person.code.hint")}
            value={code}
            onInput={setCode}
            inputMode="numeric"
            code
            required
            check={check("code")}
            bad={!!check("code")}
            maxLength={14}
          />
        )}
        <Button kind="main wide" keys="Ctrl Enter" submit>
          {t("person.make")}
        </Button>
      </form>
      {onBack && (
        <Button kind="plain" icon="undo" onClick={onBack}>
          {t("back")}
        </Button>
      )}
      {first && (
        <p class="quiet small">
          <Icon name="lock" /> {t("first.kept")}
        </p>
      )}
    </main>
  );
}
