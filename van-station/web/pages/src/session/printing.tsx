// Paper: to a printer, or as a PDF in a window of its own. The station decides what is an original.

import { useEffect, useState } from "preact/hooks";
import { get, getBlob, post } from "../api/client";
import type { PaperFormat, Printer, Receipt, Session } from "../api/types";
import { useApp } from "../app_context";

export interface Target {
  printer: Printer;
  format: PaperFormat;
}

const pdf: Printer = { name: "pdf", kind: "pdf", formats: ["a5", "a4", "large"], state: "ready" };
const shownMs = 60_000; // a PDF's window has read it by then

// A printer that is ready wins over a PDF. A5 is what the receipt is drawn for.
export function printerFor(printers: Printer[] | null): Target {
  const ready = printers?.find((one) => one.kind !== "pdf" && one.state === "ready");
  const printer = ready ?? printers?.find((one) => one.kind === "pdf") ?? pdf;
  return { printer, format: usualFormat(printer) };
}

export const usualFormat = (printer: Printer): PaperFormat =>
  (["a5", "80"] as const).find((one) => printer.formats.includes(one)) ??
  printer.formats[0] ??
  "a5";

// In a window of its own, from memory: no copy stays in a folder of downloads.
export async function showPdf(path: string) {
  const url = URL.createObjectURL(await getBlob(path));
  if (!window.open(url, "_blank")) location.assign(url);
  setTimeout(() => URL.revokeObjectURL(url), shownMs);
}

export const sheetFormat = (format: PaperFormat) => (/^\d/.test(format) ? "a5" : format);

// A person has looked at what came out of the printer.
export const settleReceipt = (receipt: Receipt, cameOut: boolean) =>
  post(`receipts/${encodeURIComponent(receipt.id)}/settle`, { came_out: cameOut });

export function usePrinting() {
  const { fail } = useApp();
  const [printers, set] = useState<Printer[] | null>(null);
  const [reading] = useState(() =>
    get<{ printers: Printer[] }>("printers").then(
      (found) => found.printers,
      (error) => {
        fail(error);
        return [pdf];
      },
    ),
  );
  useEffect(() => void reading.then(set), []);
  // Who is faster than the printers are found waits for them, and gets no PDF for being fast.
  const send = async (receipt: Receipt, picked: Target | null, copy: boolean) => {
    const { printer, format } = picked ?? printerFor(await reading);
    const path = `receipts/${encodeURIComponent(receipt.id)}`;
    await post(`${path}/print`, { printer: printer.name, format, ...(copy && { copy }) });
    if (printer.kind === "pdf") await showPdf(`${path}.pdf?format=${format}`);
    return format;
  };
  const summary = (session: Session, format: PaperFormat) =>
    showPdf(`sessions/${encodeURIComponent(session.id)}/summary.pdf?format=${sheetFormat(format)}`);
  const receiptAndSummary = async (session: Session, picked: Target | null) => {
    const receipt = await post<Receipt>(`sessions/${encodeURIComponent(session.id)}/receipt`);
    await summary(session, await send(receipt, picked, false));
  };
  return { printers, send, summary, receiptAndSummary };
}
