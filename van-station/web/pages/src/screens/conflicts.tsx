// Fields that two people set differently while apart: both are shown, the hub settles.

import type { Conflict } from "../api/types";
import { useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Note } from "../ui/parts";
import { go } from "../ui/route";

export function TwoValues({ label, values }: { label: string; values: unknown[] }) {
  const { t } = useTexts();
  return (
    <div class="two" role="group" aria-label={label}>
      <h3>{label}</h3>
      <ul>
        {values.map((value, i) => (
          <li key={i} class="value">
            <small class="quiet">{t("conflict.value", { n: i + 1 })}</small>
            <b>
              {typeof value === "string" ? value || t("conflict.empty") : JSON.stringify(value)}
            </b>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ConflictsScreen() {
  const { t, told } = useTexts();
  const { value } = useResource<{ items: Conflict[] }>("conflicts", ["day", "request"]);
  const items = value?.items ?? [];
  return (
    <>
      <main class="single" id="main" tabIndex={-1} aria-busy={!value}>
        <h1 class="lead">{!value ? t("reading") : t("conflict.lead", { n: items.length })}</h1>
        {items.length > 0 && <Note icon="hub">{t("conflict.hub")}</Note>}
        {items.map((one) => (
          <section
            class="panel stack tight"
            key={`${one.request}${one.path}`}
            aria-label={`${one.service} · ${one.initials}`}
          >
            <h2>
              <a href={`#/request/${encodeURIComponent(one.request)}`}>{one.service}</a>{" "}
              <span class="quiet">· {one.initials}</span>
            </h2>
            <TwoValues label={told(one.path, one.label)} values={one.values} />
          </section>
        ))}
      </main>
      <Next left={<p />} action={() => go("day")} label={t("back.day")} />
    </>
  );
}
