// Signing in, and the PIN that uncovers a locked or hidden screen.

import { useEffect, useRef, useState } from "preact/hooks";
import { post, Refused } from "../api/client";
import { saver } from "../api/saver";
import type { StationState } from "../api/types";
import { useApp } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon, Logo } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Button, useFocusOnce } from "../ui/parts";
import { LanguageChoice } from "./menu";
import { PersonForm } from "./person_form";

// Counts down the seconds before the station looks at another PIN.
function useWait() {
  const [left, set] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => set(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return { left, wait: set };
}

function usePin(send: (pin: string) => Promise<StationState>) {
  const { t, told } = useTexts();
  const { take } = useApp();
  const [pin, setPin] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const { left, wait } = useWait();
  const input = useRef<HTMLInputElement>(null);

  const submit = async () => {
    if (busy || left > 0 || !pin) return;
    setBusy(true);
    try {
      const state = await send(pin);
      void saver.flush().catch(() => {});
      take(state);
    } catch (error) {
      setPin("");
      input.current?.focus();
      if (error instanceof Refused) {
        setWrong(told(`error.${error.code}`, error.message));
        wait(error.waitSeconds ?? 0);
      } else {
        setWrong(t("error.away"));
      }
    } finally {
      setBusy(false);
    }
  };
  return {
    pin,
    setPin,
    submit,
    input,
    busy,
    wrong: wrong && left > 0 ? `${wrong} ${t("pin.wait", { n: left })}` : wrong,
  };
}

function PinField({ form, label }: { form: ReturnType<typeof usePin>; label: string }) {
  const { t } = useTexts();
  useEffect(() => form.input.current?.focus(), []);
  return (
    <div class={`field ${form.wrong ? "bad" : ""}`}>
      <label for="pin">{label}</label>
      <span class="hint" id="pin-hint">
        {t("pin.hint")}
      </span>
      <input
        id="pin"
        ref={form.input}
        class="code"
        type="password"
        inputMode="numeric"
        autocomplete="off"
        value={form.pin}
        aria-describedby="pin-hint pin-check"
        onInput={(event) => form.setPin(event.currentTarget.value)}
      />
      <span class="check" id="pin-check" role="alert">
        {form.wrong}
      </span>
    </div>
  );
}

export function SignIn() {
  const { state } = useApp();
  const { t } = useTexts();
  const [person, setPerson] = useState(state.people.length === 1 ? state.people[0]!.id : "");
  const [adding, setAdding] = useState(false);
  const title = useFocusOnce<HTMLHeadingElement>();
  const form = usePin((pin) => post("sign-in", { person, pin }));
  useKeys({ "Ctrl+Enter": () => void form.submit() });
  if (adding) return <PersonForm onBack={() => setAdding(false)} />;
  return (
    <main class="alone">
      <p class="brand">
        <Logo />
        <b>{state.station}</b>
      </p>
      <h1 ref={title} tabIndex={-1}>
        {t("signin.title")}
      </h1>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
      >
        <fieldset class="field">
          <legend class="sr">{t("signin.who")}</legend>
          <div class="people">
            {state.people.map(({ id, name }) => (
              <label key={id}>
                <input
                  type="radio"
                  name="person"
                  checked={person === id}
                  onChange={() => {
                    setPerson(id);
                    form.input.current?.focus();
                  }}
                />
                {name}
              </label>
            ))}
          </div>
        </fieldset>
        {person && <PinField form={form} label={t("pin")} key={person} />}
        {person && (
          <Button kind="main wide" keys="Enter" submit disabled={form.busy}>
            {t("signin.enter")}
          </Button>
        )}
      </form>
      <div class="line apart">
        <Button kind="plain" icon="person" onClick={() => setAdding(true)}>
          {t("signin.add")}
        </Button>
        <LanguageChoice />
      </div>
    </main>
  );
}

// Hidden: nothing to see on either screen. Locked: the session goes on for who has the PIN.
export function Covered({ hidden = false }: { hidden?: boolean }) {
  const { state, refresh, hide } = useApp();
  const { t } = useTexts();
  const form = usePin(async (pin) => post(hidden ? "show" : "unlock", { pin }));
  const [other, setOther] = useState(false);
  useKeys({ F9: hidden ? () => {} : hide, F12: () => {} });
  // What was typed a moment ago goes to disk, if the station still takes it.
  useEffect(() => void refresh(), []);
  if (other) return <SignInAgain onBack={() => setOther(false)} />;
  return (
    <div class={hidden ? "blank" : "blank locked"}>
      <main>
        <Icon name={hidden ? "eye-off" : "lock"} class="huge" />
        <h1>{t(hidden ? "hidden.title" : "locked.title")}</h1>
        <p>{t(hidden ? "hidden.text" : "locked.text")}</p>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void form.submit();
          }}
        >
          <PinField form={form} label={t("pin.of", { name: state.person?.name ?? "" })} />
          <Button kind="main wide" keys="Enter" submit disabled={form.busy}>
            {t("locked.back")}
          </Button>
        </form>
        {!hidden && state.people.length > 1 && (
          <Button kind="plain" onClick={() => setOther(true)}>
            {t("locked.other")}
          </Button>
        )}
      </main>
    </div>
  );
}

// Another mediator takes the laptop over; the open session stays where it is.
function SignInAgain({ onBack }: { onBack: () => void }) {
  const { t } = useTexts();
  return (
    <>
      <SignIn />
      <div class="alone-foot">
        <Button kind="plain" icon="undo" onClick={onBack}>
          {t("back")}
        </Button>
      </div>
    </>
  );
}
