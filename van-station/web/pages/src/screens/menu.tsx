// What is needed seldom: language, display, the keys, and on a phone the way to other screens.

import type { ComponentChildren } from "preact";
import { post } from "../api/client";
import type { Language } from "../api/types";
import { useApp } from "../app_context";
import { languageNames, useTexts, type Key } from "../i18n/texts";
import type { useDisplay } from "../ui/display";
import { shown } from "../session/text_forms";
import { Button, Dialog } from "../ui/parts";

export function LanguageChoice() {
  const { state, fail } = useApp();
  const { t } = useTexts();
  const choose = (language: Language) => void post("language", { language }).catch(fail);
  return (
    <label class="language">
      <span class="sr">{t("language")}</span>
      <select
        value={state.language}
        onChange={(event) => choose(event.currentTarget.value as Language)}
      >
        {Object.entries(languageNames).map(([code, name]) => (
          <option value={code} lang={code} key={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

type Display = ReturnType<typeof useDisplay>;

export function ModeButtons({ display, toggleMode, toggleType }: Display) {
  const { t } = useTexts();
  return (
    <>
      <Button
        kind="plain"
        icon="sun"
        keys="F6"
        label={t("mode.sun")}
        pressed={display.mode === "sun"}
        onClick={() => toggleMode("sun")}
      />
      <Button
        kind="plain"
        icon="moon"
        keys="F7"
        label={t("mode.dark")}
        pressed={display.mode === "dark"}
        onClick={() => toggleMode("dark")}
      />
      <Button
        kind="plain"
        icon="type"
        keys="F8"
        label={t("mode.large")}
        pressed={display.type === "large"}
        onClick={toggleType}
      />
    </>
  );
}

export function Menu({
  onClose,
  onHelp,
  display,
  links,
}: {
  onClose: () => void;
  onHelp: () => void;
  display: Display;
  links: ComponentChildren;
}) {
  const { state, lock } = useApp();
  const { t } = useTexts();
  return (
    <Dialog title={t("menu")} onClose={onClose}>
      <nav class="menu-links" aria-label={t("nav.main")} onClick={onClose}>
        {links}
      </nav>
      <div class="line">
        <ModeButtons {...display} />
      </div>
      <div class="line">
        <LanguageChoice />
        <Button icon="lock" keys="F12" onClick={lock}>
          {t("lock")}
        </Button>
      </div>
      <div class="line">
        <Button icon="phone" onClick={onHelp}>
          {state.help
            ? t("help.is", { phone: shown("phone", state.help.phone) })
            : t("help.none")}
        </Button>
      </div>
      <p class="quiet small">
        {state.person?.name} · {t("menu.catalogue", { version: state.catalogue.version })}
      </p>
    </Dialog>
  );
}

const keyRows: [string, Key][] = [
  ["Ctrl Enter", "key.next"],
  ["Ctrl K", "key.search"],
  ["Tab", "key.field"],
  ["↑ ↓", "key.hit"],
  ["Esc", "key.back"],
  ["Alt 1–9", "key.request"],
  ["F3", "key.correct"],
  ["F4", "key.photo"],
  ["F6", "mode.sun"],
  ["F7", "mode.dark"],
  ["F8", "mode.large"],
  ["F9", "key.hide"],
  ["F12", "key.lock"],
  ["F1", "key.all"],
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog title={t("keys")} onClose={onClose} keys={{ F1: onClose }}>
      <dl class="keys">
        {keyRows.map(([name, text]) => (
          <div key={name}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
