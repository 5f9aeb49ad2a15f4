// One citizen's session: five steps, the person at the left, the citizen's screen at the right.

import { useCallback, useEffect, useLayoutEffect, useState } from "preact/hooks";
import { post, Refused } from "../api/client";
import type { Session, Step } from "../api/types";
import { useApp, useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Bar } from "../screens/shell";
import { Icon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { go, goInstead, useRoute } from "../ui/route";
import { showCitizen } from "./citizen_focus";
import { CitizenStep } from "./citizen_step";
import { CloseStep } from "./close_step";
import { Mirror } from "./mirror";
import { PersonPanel } from "./person_panel";
import { PrivacyStep } from "./privacy_step";
import { ReceiptStep } from "./receipt_step";
import { RequestsStep } from "./requests_step";
import { Ended } from "./ended";

export const steps: Exclude<Step, "closed">[] = [
  "privacy",
  "citizen",
  "requests",
  "receipt",
  "close",
];

export interface StepProps {
  session: Session;
  take: (session: Session) => void;
  read: () => Promise<void>;
  to: (step: Step, what?: string) => void;
}

// What the citizen's screen shows while the mediator is at a step; forms tell it more. A layout
// effect: it runs before the step inside puts the focus into its first field, and tells of that.
function useStepOnCitizenScreen(there: boolean, step: Step) {
  useLayoutEffect(() => {
    if (!there || step === "requests") return;
    const screen = {
      privacy: "privacy",
      citizen: "citizen",
      receipt: "receipt",
      close: "receipt",
      closed: "closed",
    }[step];
    void showCitizen({ screen });
  }, [there, step]);
}

// Says that this session is worked on from now on, before anything of it is shown: what the
// citizen's screen is told later is about it.
function useWorkOn(id: string) {
  const { fail } = useApp();
  const [there, setThere] = useState(false);
  useEffect(() => {
    post(`sessions/${encodeURIComponent(id)}/work`)
      .catch((error) => {
        if (!(error instanceof Refused && error.status === 404)) fail(error);
      })
      .finally(() => setThere(true)); // to read it tells what is wrong
  }, [id]);
  return there;
}

export function SessionScreen({ id }: { id: string }) {
  const there = useWorkOn(id);
  const {
    value: session,
    set,
    read,
    missing,
  } = useResource<Session>(there ? `sessions/${encodeURIComponent(id)}` : null, [
    "session",
    "request",
    "print",
  ]);
  const { t } = useTexts();
  const [, , asked] = useRoute();
  const reached = session?.step ?? "privacy";
  const step = stepShown(asked, reached);
  useStepOnCitizenScreen(!!session, step);
  const to = useCallback(
    (next: Step, what?: string) => go("session", id, next, ...(what ? [what] : [])),
    [id],
  );
  useEffect(() => {
    if (missing) goInstead("day");
  }, [missing]);
  // Who comes back to a step stays there, though the next key may complete it.
  useEffect(() => {
    const pinned = asked || step === "privacy" || step === "closed";
    if (session && !pinned) goInstead("session", id, step);
  }, [session, asked, step]);
  useKeys({
    F3: session && step !== "privacy" && step !== "closed" ? () => to("citizen") : undefined,
    "Ctrl+K": session && canRequest(session) ? () => to("requests", "find") : undefined,
    ...altKeys(session, to),
  });
  const under =
    session && [session.place.name, session.place.municipality].filter(Boolean).join(" · ");
  return (
    <div class="page">
      <Bar place="session" under={under ?? ""} />
      {session ? (
        <>
          <Steps session={session} step={step} to={to} />
          <main class="session" id="main" tabIndex={-1} data-step={step}>
            <Inside session={session} take={set} read={read} to={to} step={step} />
          </main>
        </>
      ) : (
        <main class="alone" aria-busy="true">
          <h1 class="sub">{t("reading.session")}</h1>
        </main>
      )}
    </div>
  );
}

const canRequest = (session: Session) => !!session.privacy?.accepted && !session.closed;

// One may look back at what is done, not ahead of the privacy notice.
function stepShown(asked: string | undefined, reached: Step): Step {
  if (reached === "closed" || reached === "privacy") return reached;
  if (asked && asked !== "privacy" && steps.includes(asked as never)) return asked as Step;
  return reached;
}

function altKeys(session: Session | null, to: StepProps["to"]) {
  const keys: Record<string, () => void> = {};
  const all = session
    ? [...session.requests.map((r) => `r${r.id}`), ...session.drafts.map((d) => d.id)]
    : [];
  all.slice(0, 9).forEach((what, i) => {
    keys[`Alt+${i + 1}`] = () => to("requests", what);
  });
  return keys;
}

function Inside(props: StepProps & { step: Step }) {
  const { step } = props;
  if (step === "closed") return <Ended {...props} />;
  return (
    <>
      {step !== "privacy" && <PersonPanel {...props} />}
      <div class="work stack">
        {step === "privacy" && <PrivacyStep {...props} />}
        {step === "citizen" && <CitizenStep {...props} />}
        {step === "requests" && <RequestsStep {...props} />}
        {step === "receipt" && <ReceiptStep {...props} />}
        {step === "close" && <CloseStep {...props} />}
      </div>
      <Mirror />
    </>
  );
}

function Steps({ session, step, to }: { session: Session; step: Step; to: StepProps["to"] }) {
  const { t, time } = useTexts();
  const now = useMinute();
  const reached = session.step === "closed" ? steps.length : steps.indexOf(session.step);
  const minutes = Math.max(0, Math.round((now - Date.parse(session.opened_at)) / 60_000));
  return (
    <nav class="steps" aria-label={t("steps")}>
      <ol>
        {steps.map((name, i) => (
          <li key={name} aria-current={name === step ? "step" : undefined}>
            {i < reached && name !== step ? (
              <Icon name="check" />
            ) : (
              <span class="n">{i + 1} ·</span>
            )}
            {i > 0 && reached > 0 && session.step !== "closed" ? (
              <button type="button" onClick={() => to(name)}>
                {t(`step.${name}`)}
              </button>
            ) : (
              <span>{t(`step.${name}`)}</span>
            )}
            {i < reached && <span class="sr">{t("step.done")}</span>}
          </li>
        ))}
      </ol>
      <p class="since">
        {session.draft
          ? t("steps.not_yet")
          : t("steps.open", { time: time(session.opened_at), n: minutes })}
      </p>
    </nav>
  );
}

function useMinute() {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
