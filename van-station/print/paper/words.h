#pragma once

// Every text that paper carries, in each language. {names} are put in by fill().

#include "van-station/print/paper/format.h"

namespace spot::print {

struct Words {
    // Heads.
    const char *receipt, *series, *spot, *duplicate, *duplicate_at, *tax_number;
    // A receipt's table.
    const char *request, *whom, *fee, *free, *copies, *total, *vat;
    // What is missing, by the number of requests.
    const char* provisional;
    Forms only_here, some_only_here, warn_by_phone;
    const char *unconfirmed, *keep_paper;
    // The way: its stops, and what stands beneath them.
    const char* stops[kStops];
    const char *not_yet, *not_confirmed, *refused, *checking, *held, *two_values, *withdrawn;
    // A request's state in one line; {whom} is the agency.
    const char *is_recorded, *is_sent, *is_hub, *is_unsure, *is_agency, *is_answered, *is_refused,
        *is_quarantine, *is_conflict, *is_held, *is_withdrawn;
    const char *an_agency, *requests_listed, *request_listed, *and_word;
    // The foot of a receipt.
    const char *short_code, *ask_by_phone, *ask_at_spot;
    // The citizen's summary.
    const char *summary, *nothing_asked, *where_now, *questions, *say, *who_saw, *who_gets;
    const char *next_recorded, *next_hub, *next_agency, *next_answered, *next_refused,
        *next_checking, *next_withdrawn, *reference;
    Forms usual_days;
    // The day's closing sheet.
    const char *closing, *printed;
    Forms requests_today, only_here_today, need_you_today;
    const char *receipts, *number_alone, *numbers_from_to, *no_receipts;
    const char *to_do, *entry, *waiting_title;
    Forms waiting;
    const char *nothing_waits, *reconciled, *never_reconciled;
    Forms accepted, quarantined, awaited;
    const char *sessions, *session_open, *no_sessions, *signature, *page;
    Forms requests, receipt_count;
};

const Words& words(Language language);

}  // namespace spot::print
