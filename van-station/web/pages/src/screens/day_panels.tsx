// Beside the day's requests: what the hub has signed, the link, the sessions, the closing sheet.

import type { Day, DaySession, ScrapPlace } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Button, Note } from "../ui/parts";
import { showPdf } from "../session/printing";

// The log as one bar: what the hub has confirmed, its exceptions, and what is only here.
function Strip({
  to,
  quarantined,
  awaited,
  here,
}: {
  to: number;
  quarantined: number;
  awaited: number;
  here: number;
}) {
  const { t } = useTexts();
  const all = Math.max(1, to + here);
  const width = 1000;
  const x = (entry: number) => (entry / all) * width;
  const odd = Math.min(quarantined + awaited, 40);
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} 34`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t("strip", { to, odd: quarantined + awaited, here })}
    >
      <rect class="strip-ok" x="0" y="8" width={x(to)} height="18" />
      {here > 0 && (
        <rect
          class="strip-here"
          x={x(to) + 3}
          y="8"
          width={Math.max(4, width - x(to) - 3)}
          height="18"
        />
      )}
      {Array.from({ length: odd }, (_, i) => (
        <rect
          key={i}
          class={i < quarantined ? "strip-wait" : "strip-awaited"}
          y="0"
          height="34"
          width="6"
          x={(x(to) * (i + 1)) / (odd + 1)}
        />
      ))}
    </svg>
  );
}

export function SealPanel({ day }: { day: Day }) {
  const {
    state: { link },
  } = useApp();
  const { t, time, shortDay } = useTexts();
  const sealed = day.reconciliation;
  if (!sealed || sealed.text_parts.to === 0) {
    return (
      <section class="panel seal" aria-labelledby="seal">
        <h2 id="seal">{t("seal.none")}</h2>
        <p class="quiet">{t("seal.none.text", { n: link.waiting })}</p>
      </section>
    );
  }
  const { from, to, accepted, quarantined, awaited } = sealed.text_parts;
  return (
    <section class="panel seal" aria-labelledby="seal">
      <h2 id="seal">
        <Icon name="shield" class="ok" /> {t("seal")}
      </h2>
      <p class="count">
        {t("seal.entries", { from, to })}{" "}
        {[
          t("seal.accepted", { n: accepted }),
          quarantined > 0 && t("seal.quarantined", { n: quarantined }),
          awaited > 0 && t("seal.awaited", { n: awaited }),
        ]
          .filter(Boolean)
          .join(", ")}
        .
      </p>
      <Strip to={to} quarantined={quarantined} awaited={awaited} here={link.waiting} />
      {link.waiting > 0 && <p class="small quiet">{t("seal.after", { to, n: link.waiting })}</p>}
      <p class="small quiet">{t("seal.at", { day: shortDay(sealed.at), time: time(sealed.at) })}</p>
    </section>
  );
}

export function LinkPanel({ sync, busy }: { sync: () => void; busy: boolean }) {
  const {
    state: { link },
  } = useApp();
  const { t, told, time } = useTexts();
  const going = link.state === "syncing";
  const { progress } = link;
  const text = going
    ? t("link.going")
    : link.waiting === 0 && link.at
      ? link.files > 0
        ? t("link.files", { n: link.files })
        : t("link.nothing")
      : link.at
        ? t("link.last", { time: time(link.at), n: link.waiting })
        : t("link.first", { n: link.waiting });
  return (
    <section class="panel" aria-labelledby="link">
      <header>
        <h2 id="link">{t("link.title")}</h2>
      </header>
      <div class="carrier">
        <Icon name={link.state === "offline" || link.state === "never" ? "nolink" : "link"} />
        <p role="status">
          <b>{t(`link.state.${link.state}`)}</b>
          <small>{text}</small>
        </p>
        <Button icon="sync" disabled={busy || going} onClick={sync}>
          {t("link.now")}
        </Button>
      </div>
      {going && progress && progress.total > 0 && (
        <progress max={progress.total} value={progress.sent} aria-label={t("link.progress")} />
      )}
      {link.reason && (
        <Note kind="wait" icon="alert">
          {told(`link.reason.${link.reason}`, t("link.attention"))}
        </Note>
      )}
    </section>
  );
}

// A print that is uncertain is settled at its session's receipts, a request by itself.
const placeOf = ({ id = "", session }: Day["failed"][number]) =>
  session ? `session/${session}/receipt` : `request/${encodeURIComponent(id)}`;

export function FailedPanel({ failed }: { failed: Day["failed"] }) {
  const { t, told } = useTexts();
  if (!failed.length) return null;
  return (
    <section class="stack tight" aria-label={t("failed")}>
      {failed.map((one) => (
        <Note kind="bad" icon="alert" key={`${one.code} ${one.id ?? one.seq}`}>
          <b>{one.seq === undefined ? t("failed.one") : t("failed.entry", { seq: one.seq })}</b>{" "}
          {told(`failed.${one.what_to_do}`, t("failed.quarantined"))}{" "}
          {one.id && <a href={`#/${placeOf(one)}`}>{t("failed.see")}</a>}
        </Note>
      ))}
    </section>
  );
}

// Where one goes on writing. What was missing in the catalogue is written in a session's search.
type PlaceOf = (of: string, session: string | null) => string | null;
const placesOf: Partial<Record<ScrapPlace, PlaceOf>> = {
  complaint: () => "log/complaint",
  assessment: () => "log/assessment",
  feedback: () => "log/feedback",
  visit: () => "visit/plan",
  correction: (of) => `request/${of}/correction`,
  withdrawal: (of) => `request/${of}/withdrawal`,
  missing_service: (_, session) => session && `session/${session}/requests/find`,
};

// What its writer left in the middle; nobody else sees it here.
export function UnfinishedPanel({ unfinished }: { unfinished: Day["unfinished"] }) {
  const { state } = useApp();
  const { t, told } = useTexts();
  if (!unfinished.length) return null;
  return (
    <section class="panel" aria-labelledby="unfinished">
      <header>
        <h2 id="unfinished">{t("unfinished")}</h2>
        <small class="quiet push">{t("unfinished.text")}</small>
      </header>
      <ul class="plain-list">
        {unfinished.map(({ what, of = "", name = "" }) => {
          const place = placesOf[what]?.(of, state.session);
          const words = told(`unfinished.${what}`, what, { name });
          return (
            <li key={what + of}>{place ? <a href={`#/${place}`}>{words}</a> : <b>{words}</b>}</li>
          );
        })}
      </ul>
    </section>
  );
}

export function SessionsPanel({ sessions }: { sessions: DaySession[] }) {
  const { t, time } = useTexts();
  if (!sessions.length) return null;
  return (
    <section class="panel" aria-labelledby="sessions">
      <header>
        <h2 id="sessions">{t("sessions", { n: sessions.length })}</h2>
      </header>
      <ul class="plain-list">
        {sessions.map((one) => (
          <li key={one.id}>
            <a href={`#/session/${one.id}`}>
              {time(one.opened_at)} · {one.initials || "…"}
            </a>
            <span class="quiet">
              {[
                one.place,
                t("sessions.requests", { n: one.requests }),
                t("sessions.receipts", { n: one.receipts }),
              ].join(" · ")}
            </span>
            {one.open ? (
              <b class="push">{t("sessions.open")}</b>
            ) : (
              <span class="push quiet">
                {one.closed_at && t("sessions.closed", { time: time(one.closed_at) })}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ClosingPanel({ day, read }: { day: Day; read: () => Promise<void> }) {
  const { t, money } = useTexts();
  const { busy, run } = useDoing();
  const { first, last, count, total_cents } = day.receipts;
  const print = () =>
    void run(async () => {
      await showPdf("day/closing.pdf");
      await read();
    });
  return (
    <section class="panel" aria-labelledby="closing">
      <header>
        <h2 id="closing">{t("closing")}</h2>
      </header>
      <dl class="closing">
        <dt>{t("closing.sessions")}</dt>
        <dd>{day.sessions.length}</dd>
        {count > 0 && (
          <>
            <dt>{t("closing.receipts", { first: first ?? 0, last: last ?? 0 })}</dt>
            <dd>{count}</dd>
          </>
        )}
        <dt>{t("closing.money")}</dt>
        <dd>
          <b>{money(total_cents)}</b>
        </dd>
      </dl>
      <Button kind="wide" icon="print" disabled={busy} onClick={print}>
        {t("closing.print")}
      </Button>
    </section>
  );
}
