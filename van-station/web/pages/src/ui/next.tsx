// The bottom bar: what is saved, what lacks, and the one next step, always on Ctrl Enter.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { saver, type SaverState } from "../api/saver";
import { useTexts } from "../i18n/texts";
import { Icon } from "./icons";
import { useKeys } from "./keys";
import { Button } from "./parts";

export function useSaver(): SaverState {
  const [state, set] = useState(saver.state);
  useEffect(() => saver.watch(set), []);
  return state;
}

// Says calmly what is on disk and what still waits.
export function Saved({ at }: { at?: string }) {
  const { t, time } = useTexts();
  const { away, waiting, savedAt } = useSaver();
  if (away) {
    return (
      <p role="status" class="wait">
        <Icon name="clock" /> <b>{t("saved.away", { n: waiting })}</b>
      </p>
    );
  }
  const last = savedAt ?? at;
  const clock = last && (last.includes("T") ? time(last) + last.slice(16, 19) : last);
  return (
    <p>
      <Icon name="laptop" />{" "}
      {clock ? (
        <>
          {t("saved.at")} <b>{clock}</b>
        </>
      ) : (
        t("saved.all")
      )}
    </p>
  );
}

interface NextProps {
  action?: () => void;
  label?: string;
  lacks?: string; // what keeps it from being the last step
  left?: ComponentChildren; // instead of what is saved
  also?: ComponentChildren; // other buttons, beside it
  keys?: string;
  busy?: boolean;
}

export function Next({ action, label, lacks, left, also, keys = "Ctrl Enter", busy }: NextProps) {
  const act = busy ? undefined : action;
  useKeys({ "Ctrl+Enter": act ?? (() => {}) });
  return (
    <footer class="next" aria-busy={busy || undefined}>
      <div class="next-said">{left ?? <Saved />}</div>
      {lacks && (
        <p class="bad lacks" role="status">
          <Icon name="alert" /> <b>{lacks}</b>
        </p>
      )}
      <div class="next-acts">
        {also}
        {action && (
          <Button kind="main" onClick={act} keys={keys}>
            {label}
          </Button>
        )}
      </div>
    </footer>
  );
}
