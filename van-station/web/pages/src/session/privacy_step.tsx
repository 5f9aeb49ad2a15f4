// Confidentiality first: the notice stands on the citizen's screen, the answer is the citizen's.

import { post } from "../api/client";
import type { Session } from "../api/types";
import { useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Button, Panel, Rich, useFocusOnce } from "../ui/parts";
import type { StepProps } from "./session";

export function PrivacyStep({ session, take, to }: StepProps) {
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const focus = useFocusOnce<HTMLDivElement>();
  const answer = (accepted: boolean) =>
    void run(async () => {
      const path = `sessions/${encodeURIComponent(session.id)}/privacy`;
      const next = await post<Session>(path, { accepted });
      take(next);
      to(accepted ? "citizen" : "close");
    });
  return (
    <>
      <Panel title={t("privacy.title")} id="privacy-title" first>
        <div class="stack" ref={focus} tabIndex={-1}>
          <p>{t("privacy.on_screen")}</p>
          <ul class="points">
            <li>
              <Rich k="privacy.point.secret" />
            </li>
            <li>
              <Rich k="privacy.point.need" />
            </li>
            <li>
              <Rich k="privacy.point.locked" />
            </li>
            <li>
              <Rich k="privacy.point.stop" />
            </li>
          </ul>
          <p class="quiet">{t("privacy.ask")}</p>
        </div>
      </Panel>
      <Next
        left={<p class="quiet">{t("privacy.first")}</p>}
        busy={busy}
        action={() => answer(true)}
        label={t("privacy.accepted")}
        also={
          <Button onClick={() => answer(false)} disabled={busy}>
            {t("privacy.declined")}
          </Button>
        }
      />
    </>
  );
}
