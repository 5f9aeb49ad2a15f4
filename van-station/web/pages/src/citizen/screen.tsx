// One screen for each step, all of three parts: where we are, what is asked, what is safe.

import type { ComponentChildren } from "preact";
import type { CitizenView, Language, Words } from "../api/types";
import { languageNames, useTexts, type Key } from "../i18n/texts";
import { aloud, shown, unbroken } from "../session/text_forms";
import { Icon, type IconName } from "../ui/icons";
import { Button, Rich } from "../ui/parts";
import { WayLarge } from "../ui/way";

interface Choice {
  type?: CitizenView["type"];
  contrast?: CitizenView["contrast"];
  language?: Language;
}
export interface ScreenProps {
  view: CitizenView | null;
  refused: boolean;
  choice: Choice;
  choose: (choice: Choice) => void;
}

export function Screen({ view, refused, choice, choose }: ScreenProps) {
  const { t } = useTexts();
  if (refused) return <Quiet title={t("unlinked.title")} text={t("unlinked.text")} />;
  if (!view || view.hidden || view.screen === "hidden")
    return <Quiet title={t("citizen.moment")} />;
  const frame = (foot: Key, icon: IconName, inside: ComponentChildren, single = false) => (
    <Frame view={view} choice={choice} choose={choose} foot={foot} icon={icon} single={single}>
      {inside}
    </Frame>
  );
  switch (view.screen) {
    case "idle":
      return frame("citizen.foot.idle", "lock", <Idle />, true);
    case "privacy":
      return frame("citizen.foot.privacy", "letter", <Privacy />, true);
    case "recorded":
    case "receipt":
    case "closed":
      return frame("citizen.foot.paper", "print", <Done view={view} />, true);
    default:
      return frame("citizen.foot.asked", "lock", <Asked view={view} />, !view.who_sees);
  }
}

function Quiet({ title, text }: { title: string; text?: string }) {
  return (
    <main class="blank quiet-screen">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
    </main>
  );
}

function useSaid() {
  const { told } = useTexts();
  return (words: Words | undefined) =>
    words ? told(`screen.${words.key}`, "", words.params) : "";
}

function Frame({
  view,
  choice,
  choose,
  foot,
  icon,
  single,
  children,
}: {
  view: CitizenView;
  choice: Choice;
  choose: (choice: Choice) => void;
  foot: Key;
  icon: IconName;
  single: boolean;
  children: ComponentChildren;
}) {
  const { t, language } = useTexts();
  const large = (choice.type ?? view.type) === "large";
  const high = (choice.contrast ?? view.contrast) === "high";
  const { number = 0, of = 0 } = view.step ?? {};
  return (
    <div class={`citizen ${single ? "single" : ""}`}>
      <header>
        {number > 0 && (
          <>
            <b>{t("citizen.step", { number, of })}</b>
            <span class="dots" aria-hidden="true">
              {Array.from({ length: of }, (_, i) => (
                <i key={i} class={i + 1 < number ? "done" : i + 1 === number ? "now" : ""} />
              ))}
            </span>
          </>
        )}
        <span class="push line">
          {view.screen === "privacy" &&
            (Object.keys(languageNames) as Language[])
              .filter((one) => one !== language)
              .map((one) => (
                <button
                  class="btn"
                  type="button"
                  lang={one}
                  key={one}
                  onClick={() => choose({ ...choice, language: one })}
                >
                  {languageNames[one]}
                </button>
              ))}
          <Button
            icon="type"
            pressed={large}
            onClick={() => choose({ ...choice, type: large ? "normal" : "large" })}
          >
            {t("citizen.larger")}
          </Button>
          <Button
            icon="sun"
            pressed={high}
            onClick={() => choose({ ...choice, contrast: high ? "normal" : "high" })}
          >
            {t("citizen.contrast")}
          </Button>
        </span>
      </header>
      <main>{children}</main>
      <footer>
        <Icon name={icon} />
        {t(foot)}
      </footer>
    </div>
  );
}

function Idle() {
  const { t } = useTexts();
  return (
    <section class="ask welcome">
      <h1>{t("citizen.idle")}</h1>
      <p>{t("citizen.idle.text")}</p>
    </section>
  );
}

const promises: { icon: IconName; key: Key }[] = [
  { icon: "person", key: "privacy.point.secret" },
  { icon: "agency", key: "privacy.point.need" },
  { icon: "lock", key: "privacy.point.locked" },
  { icon: "stop", key: "privacy.point.stop" },
];

function Privacy() {
  const { t } = useTexts();
  return (
    <section class="ask">
      <h1>{t("citizen.privacy")}</h1>
      <ul class="promise">
        {promises.map(({ icon, key }) => (
          <li key={key}>
            <Icon name={icon} />
            <span>
              <Rich k={key} />
            </span>
          </li>
        ))}
      </ul>
      <h2>{t("citizen.privacy.say")}</h2>
      <ul class="say">
        <li>
          <b>{t("citizen.privacy.yes")}</b>
        </li>
        <li>{t("citizen.privacy.explain")}</li>
        <li>{t("citizen.privacy.no")}</li>
      </ul>
    </section>
  );
}

const groupsOf = (text: string) => aloud(text).split(" ").filter(Boolean);

function Asked({ view }: { view: CitizenView }) {
  const { t } = useTexts();
  const said = useSaid();
  const value = view.value;
  return (
    <>
      <section class="ask">
        {value && <p class="quiet">{said(view.title)}</p>}
        <h1 aria-live="polite">{said(value?.label ?? view.title)}</h1>
        {view.why && <p>{said(view.why)}</p>}
        {value?.text && (
          <p class="typed">
            <span class="sr">{t("citizen.written")}</span>
            {groupsOf(value.text).map((part, i) => (
              <span key={i}>{part}</span>
            ))}
          </p>
        )}
        {value?.ok === false && (
          <p class="reread" role="status">
            <Icon name="talk" /> {t("citizen.reread")}
          </p>
        )}
        {view.said.length > 0 && (
          <p class="so-far">
            {t("citizen.so_far")}: {view.said.map(({ text }) => unbroken(aloud(text))).join(" · ")}
          </p>
        )}
      </section>
      {view.who_sees && (
        <aside>
          <h2>{t("citizen.who")}</h2>
          <ul class="who">
            <li>
              <Icon name="person" />
              <span>
                {t("citizen.who.mediator")}
                <small>{t("citizen.who.mediator.small")}</small>
              </span>
            </li>
            <li>
              <Icon name="agency" />
              <span>{said(view.who_sees)}</span>
            </li>
            <li>
              <Icon name="nobody" />
              <span>
                <b>{t("citizen.who.nobody")}</b>
                <small>{t("citizen.who.nobody.small")}</small>
              </span>
            </li>
          </ul>
        </aside>
      )}
    </>
  );
}

function Done({ view }: { view: CitizenView }) {
  const { t } = useTexts();
  const said = useSaid();
  return (
    <section class="ask">
      <h1 aria-live="polite">{said(view.title)}</h1>
      {view.why && <p>{said(view.why)}</p>}
      {view.way && <WayLarge state={view.way} />}
      {view.value?.text && (
        <p>
          <b>{view.value.text}</b>
        </p>
      )}
      {view.receipt && (
        <>
          <p>{t("citizen.receipt")}</p>
          <p class="typed">
            <span>{view.receipt.number}</span>
            <span>{view.receipt.short_code}</span>
          </p>
          <p>{t("citizen.receipt.paper")}</p>
        </>
      )}
      {view.help && (
        <p class="help-line">
          <Icon name="phone" />
          <span>
            {t("citizen.help")} <b>{shown("phone", view.help.phone)}</b>
            {view.help.hours && <small>{said(view.help.hours)}</small>}
          </span>
        </p>
      )}
    </section>
  );
}
