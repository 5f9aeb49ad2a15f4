// Fourth step: the receipt and what the person takes home. A number is used once, and only the
// first print that came out is the original.

import { useState } from "preact/hooks";
import type { PaperFormat, Printer, Receipt, Session } from "../api/types";
import { useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Next } from "../ui/next";
import { Button, Choices, Note, Panel } from "../ui/parts";
import { printerFor, settleReceipt, usePrinting, usualFormat, type Target } from "./printing";
import type { StepProps } from "./session";

// Somebody has to say whether it came out. While a printer is at it, nobody knows yet.
const open = (receipt: Receipt) => receipt.state === "uncertain";

export function receiptNumber({ series, number }: Receipt) {
  return `${series}/${number}`;
}

export function ReceiptStep({ session, read, to }: StepProps) {
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const printing = usePrinting();
  const [picked, pick] = useState<Target | null>(null);
  const target = picked ?? printerFor(printing.printers);
  const onPaper = session.receipts
    .filter((one) => one.state !== "spoiled")
    .reduce((sum, one) => sum + one.lines.reduce((n, line) => n + line.qty, 0), 0);
  const live = session.requests.filter((one) => !one.withdrawn);
  const due = live.length > onPaper;
  const asking = session.receipts.find(open);

  const print = () =>
    void run(async () => {
      await printing.receiptAndSummary(session, picked);
      await read();
    });
  const again = (receipt: Receipt, copy: boolean) =>
    void run(async () => {
      await printing.send(receipt, picked, copy);
      await read();
    });
  const settle = (receipt: Receipt, cameOut: boolean) =>
    void run(async () => {
      await settleReceipt(receipt, cameOut);
      await read();
      if (cameOut && !due) to("close");
    });
  const unused = session.receipts.find((one) => one.state === "reserved" && one.prints === 0);
  const next = asking
    ? { label: t("receipt.came_out"), action: () => settle(asking, true) }
    : unused
      ? { label: t("receipt.print_now"), action: () => again(unused, false) }
      : due
        ? { label: t("print.both"), action: print }
        : { label: t("to.close"), action: () => to("close") };
  return (
    <>
      {!live.length && !session.receipts.length && (
        <Note icon="letter">{t("receipt.nothing")}</Note>
      )}
      {session.receipts.map((receipt) => (
        <ReceiptCard key={receipt.id} receipt={receipt} busy={busy} again={again} />
      ))}
      {due && !asking && <Due session={session} />}
      <Panel title={t("paper")} id="paper">
        <Printers printers={printing.printers} target={target} pick={pick} />
        <div class="line">
          <Button
            icon="print"
            disabled={busy}
            onClick={() => void run(() => printing.summary(session, target.format))}
          >
            {t("summary.print")}
          </Button>
          <Button
            icon="type"
            disabled={busy}
            onClick={() => void run(() => printing.summary(session, "large"))}
          >
            {t("summary.large")}
          </Button>
        </div>
      </Panel>
      <Next
        action={next.action}
        label={next.label}
        busy={busy}
        also={
          asking ? (
            <Button disabled={busy} onClick={() => settle(asking, false)}>
              {t("receipt.not_out")}
            </Button>
          ) : undefined
        }
      />
    </>
  );
}

function Due({ session }: { session: Session }) {
  const { t, money } = useTexts();
  const live = session.requests.filter((one) => !one.withdrawn);
  const sum = live.reduce((total, one) => total + one.service.fee_cents, 0);
  return (
    <Panel title={t("receipt.due")} id="due">
      <table>
        <thead class="sr">
          <tr>
            <th scope="col">{t("receipt.line")}</th>
            <th scope="col">{t("receipt.sum")}</th>
          </tr>
        </thead>
        <tbody>
          {live.map((one) => (
            <tr key={one.id}>
              <td>{one.service.name}</td>
              <td class="num">
                {one.service.fee_cents ? money(one.service.fee_cents) : t("free")}
              </td>
            </tr>
          ))}
          <tr>
            <td>
              <b>{t("receipt.sum")}</b>
            </td>
            <td class="num">
              <b>{money(sum)}</b>
            </td>
          </tr>
        </tbody>
      </table>
    </Panel>
  );
}

function ReceiptCard({
  receipt,
  busy,
  again,
}: {
  receipt: Receipt;
  busy: boolean;
  again: (receipt: Receipt, copy: boolean) => void;
}) {
  const { t, money, time } = useTexts();
  const sent = open(receipt) || receipt.state === "sent";
  return (
    <section class="panel stack tight" aria-labelledby={`receipt-${receipt.id}`}>
      <div class="line">
        <h2 id={`receipt-${receipt.id}`}>
          {t("receipt.number", { number: receiptNumber(receipt) })}
        </h2>
        <b class="push">{money(receipt.total_cents)}</b>
      </div>
      <p class="quiet">
        {t("receipt.at", { time: time(receipt.at) })} · {t("receipt.code")}{" "}
        <b class="num">{receipt.short_code}</b>
        {receipt.provisional && <> · {t("receipt.provisional")}</>}
      </p>
      <p class={receipt.state === "uncertain" ? "wait" : ""} role="status">
        <Icon name={receipt.state === "confirmed" ? "check" : sent ? "print" : "clock"} />{" "}
        <b>{t(`receipt.${receipt.state}`)}</b>
        {receipt.prints > 1 && <> · {t("receipt.prints", { n: receipt.prints })}</>}
      </p>
      {receipt.state === "uncertain" && <p>{t("receipt.uncertain.text")}</p>}
      {receipt.prints > 0 && receipt.state === "confirmed" && (
        <div class="line">
          <Button icon="print" disabled={busy} onClick={() => again(receipt, true)}>
            {t("receipt.copy")}
          </Button>
          <small class="quiet">{t("receipt.copy.hint")}</small>
        </div>
      )}
    </section>
  );
}

function Printers({
  printers,
  target,
  pick,
}: {
  printers: Printer[] | null;
  target: Target;
  pick: (target: Target) => void;
}) {
  const { t } = useTexts();
  if (!printers)
    return (
      <p class="quiet" aria-busy="true">
        {t("printers.reading")}
      </p>
    );
  return (
    <div class="form">
      <div class="field">
        <div class="asked">
          <label for="printer">{t("printer")}</label>
        </div>
        <div class="control">
          <select
            id="printer"
            value={target.printer.name}
            onChange={(event) => {
              const printer = printers.find((one) => one.name === event.currentTarget.value)!;
              pick({ printer, format: usualFormat(printer) });
            }}
          >
            {printers.map((one) => (
              <option key={one.name} value={one.name}>
                {one.kind === "pdf" ? t("printer.pdf") : `${one.name} · ${t(`printer.${one.state}`)}`}
              </option>
            ))}
          </select>
          {target.printer.state !== "ready" && (
            <span class="check wait">{t(`printer.${target.printer.state}.do`)}</span>
          )}
        </div>
      </div>
      <Choices<PaperFormat>
        name="format"
        legend={t("format")}
        value={target.format}
        options={target.printer.formats.map((value) => ({ value, label: t(`format.${value}`) }))}
        onChange={(format) => pick({ ...target, format })}
      />
    </div>
  );
}
