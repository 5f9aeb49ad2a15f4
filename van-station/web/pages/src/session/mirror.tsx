// What the citizen sees at this moment, and how: with "hide" beneath it.

import { post } from "../api/client";
import type { CitizenView } from "../api/types";
import { useApp, useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Button } from "../ui/parts";
import { aloud } from "./text_forms";

// Whether it shows one question, rather than what was done.
const asks = (view: CitizenView) => view.screen === "citizen" || view.screen === "form";

export function Mirror() {
  const { hide, fail } = useApp();
  const { t, told } = useTexts();
  const { value: view, read } = useResource<CitizenView>("citizen", ["citizen"]);
  const display = (change: object) => void post("citizen/display", change).then(read, fail);
  const text = (said?: { key: string; params?: Record<string, string | number> }) =>
    said ? String(said.params?.here ?? told(`screen.${said.key}`, "", said.params)) : "";
  return (
    <section class="panel mirror-panel" aria-labelledby="mirror">
      <header>
        <h2 id="mirror">{t("mirror")}</h2>
      </header>
      {view &&
        (view.hidden ? (
          <div class="mirror off">
            <p>
              <b>{t("mirror.hidden")}</b>
              {t("mirror.hidden.text")}
            </p>
          </div>
        ) : (
          <div class={`mirror ${view.contrast === "high" ? "high" : ""}`}>
            <div>
              {view.step && <small class="quiet">{t("citizen.step", view.step)}</small>}
              <b>{text(asks(view) ? (view.value?.label ?? view.title) : view.title)}</b>
            </div>
            {view.value?.text && <p class="val">{aloud(view.value.text)}</p>}
            {view.value?.ok === false && <small>{t("mirror.reread")}</small>}
          </div>
        ))}
      <Button kind="wide" icon="eye-off" keys="F9" onClick={hide}>
        {t("hide")}
      </Button>
      {view && (
        <div class="line mirror-acts">
          <Button
            kind="plain"
            icon="type"
            pressed={view.type === "large"}
            onClick={() => display({ type: view.type === "large" ? "normal" : "large" })}
          >
            {t("citizen.larger")}
          </Button>
          <Button
            kind="plain"
            icon="sun"
            pressed={view.contrast === "high"}
            onClick={() => display({ contrast: view.contrast === "high" ? "normal" : "high" })}
          >
            {t("citizen.contrast")}
          </Button>
        </div>
      )}
    </section>
  );
}
