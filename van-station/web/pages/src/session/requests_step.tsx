// Third step: find a service, fill its form, see it recorded. The place behind # says which.

import { useEffect } from "preact/hooks";
import { post } from "../api/client";
import type { Draft } from "../api/types";
import { useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { go, goInstead, useRoute } from "../ui/route";
import { showCitizen } from "./citizen_focus";
import { DraftForm } from "./draft_form";
import { Recorded } from "./recorded";
import { Search } from "./search";
import type { StepProps } from "./session";

// The draft or request that is shown: the one asked for, else the draft that was worked on last.
function current(session: StepProps["session"], asked: string | undefined) {
  if (asked === "find") return {};
  if (asked?.startsWith("r")) {
    const request = session.requests.find((one) => one.id === asked.slice(1));
    if (request) return { request };
  }
  const wanted = session.drafts.find((one) => one.id === asked);
  const latest = [...session.drafts].sort((a, b) => b.saved_at.localeCompare(a.saved_at))[0];
  return { draft: wanted ?? latest };
}

export function RequestsStep(props: StepProps) {
  const { session, to, read } = props;
  const { run } = useDoing();
  const [, , , asked] = useRoute();
  const { draft, request } = current(session, asked);
  const open = (service: string) =>
    void run(async () => {
      const path = `sessions/${encodeURIComponent(session.id)}/drafts`;
      const made = await post<Draft>(path, { service });
      await read();
      to("requests", made.id);
    });
  const done = async (id?: string) => {
    await read();
    goInstead("session", session.id, "requests", id ? `r${id}` : "find");
  };
  const searching = !draft && !request;
  useEffect(() => {
    if (searching) void showCitizen({ screen: "search" });
    if (request) void showCitizen({ screen: "recorded" });
  }, [searching, request?.id]);
  if (draft)
    return (
      <>
        <FindAgain to={to} />
        <DraftForm
          key={draft.id}
          session={session}
          draft={draft}
          done={done}
          later={() => to("requests", "find")}
        />
      </>
    );
  if (request)
    return (
      <>
        <FindAgain to={to} />
        <Recorded key={request.id} request={request} {...props} />
      </>
    );
  return (
    <Search
      session={session}
      open={open}
      back={() =>
        session.drafts.length || session.requests.length
          ? go("session", session.id, "requests")
          : undefined
      }
      done={() => to("receipt")}
    />
  );
}

// The search box as a button, while a form is open: it leads back to the search.
function FindAgain({ to }: { to: StepProps["to"] }) {
  const { t } = useTexts();
  return (
    <button class="find-again" type="button" onClick={() => to("requests", "find")}>
      <Icon name="search" />
      <span>{t("search.other")}</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}
