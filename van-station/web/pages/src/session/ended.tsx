// A session that is over: what was done, and its papers.

import type { Receipt } from "../api/types";
import { useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Button, Panel } from "../ui/parts";
import { go } from "../ui/route";
import { useStateWords, Way, toneOf } from "../ui/way";
import { settleReceipt, usePrinting } from "./printing";
import { receiptNumber } from "./receipt_step";
import type { StepProps } from "./session";

export function Ended({ session, read }: StepProps) {
  const { t, time, money } = useTexts();
  const words = useStateWords();
  const { busy, run } = useDoing();
  const printing = usePrinting();
  const { closed } = session;
  // The session may have been closed while its printer was still at it.
  const settle = (receipt: Receipt, cameOut: boolean) =>
    void run(async () => {
      await settleReceipt(receipt, cameOut);
      await read();
    });
  return (
    <div class="work stack">
      <Panel title={session.citizen.name || t("person.unnamed")} id="ended" first>
        {closed && (
          <p>
            {t("ended", { time: time(closed.at), n: closed.minutes })}{" "}
            <b>{t(`outcome.${closed.outcome}`)}</b>
          </p>
        )}
        {closed?.notes && <p>{closed.notes}</p>}
        <ul class="plain-list">
          {session.requests.map((one) => (
            <li key={one.id}>
              <a href={`#/request/${one.id}`}>{one.service.name}</a>
              <span class={`state ${toneOf(one.state)}`}>
                <Way state={one.state} />
                {words(one.state, one.service.agency_short)}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      {session.receipts.map((receipt) => (
        <section class="panel line" key={receipt.id}>
          <b>{t("receipt.number", { number: receiptNumber(receipt) })}</b>
          <span>
            {money(receipt.total_cents)} · {t(`receipt.${receipt.state}`)}
          </span>
          {receipt.state === "uncertain" && (
            <span class="push line tight">
              <Button disabled={busy} onClick={() => settle(receipt, true)}>
                {t("receipt.confirmed")}
              </Button>
              <Button disabled={busy} onClick={() => settle(receipt, false)}>
                {t("receipt.not_out")}
              </Button>
            </span>
          )}
          {receipt.prints > 0 && receipt.state === "confirmed" && (
            <span class="push">
              <Button
                icon="print"
                disabled={busy || !printing.printers}
                onClick={() =>
                  void run(async () => {
                    const pdf = printing.printers!.find((one) => one.kind === "pdf")!;
                    await printing.send(receipt, { printer: pdf, format: "a5" }, true);
                    await read();
                  })
                }
              >
                {t("receipt.copy")}
              </Button>
            </span>
          )}
        </section>
      ))}
      <Next
        left={<p />}
        action={() => go("day")}
        label={t("back.day")}
        also={
          session.requests.length > 0 && (
            <Button
              icon="print"
              disabled={busy}
              onClick={() => void run(() => printing.summary(session, "a5"))}
            >
              {t("summary.print")}
            </Button>
          )
        }
      />
    </div>
  );
}
