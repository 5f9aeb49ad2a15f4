#pragma once

#include <cstdint>
#include <span>

#include "core/log.h"

namespace spot::sync {

// Columns. Their numbers are part of the format.
enum Field : unsigned {
    kKind = 1,
    kRun,
    kSeen,
    kSeenEpoch,
    kSeenSeq,
    kUserSame,
    kUser,
    kChecked,
    kConforms,
    kMore,
    kMoreKey,
    kTag,
    kGenericText,
    kGenericNumber,
    kGenericKey,
    kSessionRank,
    kSessionFar,
    kRequestRank,
    kRequestFar,
    kRefOther,
    kRefRaw,
    kTimeOffset,
    kTimeFormat,
    kTimeSeconds,
    kTimeMs,
    kTimeMsZero,
    kText,
    kPresent,
    kStation,
    kPlaceSame,
    kPlaceName,
    kMunicipality,
    kNuts,
    kParish,
    kMediator,
    kChannel,
    kLanguage,
    kNoticeVersion,
    kNoticeExplained,
    kNoticeAccepted,
    kService,
    kServiceText,
    kCitizenSame,
    kName,
    kNif,
    kBirth,
    kPhone,
    kAddress,
    kSetCount,
    kPathKind,
    kPathField,
    kPathText,
    kLineCount,
    kLineForetold,
    kLineService,
    kCentsForetold,
    kCents,
    kQuantity,
    kTotalForetold,
    kTotal,
    kRate,
    kVatForetold,
    kVat,
    kSeries,
    kNumberNext,
    kNumber,
    kBook,
    kComplaintText,
    kScoreCount,
    kScoreKey,
    kScore,
    kTopic,
    kFeedbackText,
    kOutcome,
    kMinutes,
    kNotes,
    kStatus,
    kNote,
    kOperator,
    kReason,
    kReceiptState,
    kVersion,
    kBase,
    kGroup,
    kGroupKey,
    kDefinition,
    kParts,
    kHash,
    kDevice,
    kKey,
    kKeyOf,
    kFormField = 100,  // + the field's place in the vocabulary
};
static_assert(kKeyOf < kFormField);

// What kind of value a member of an intent holds, and so how it is coded.
enum class As : std::uint8_t {
    text,
    flag,
    number,
    time,
    session,
    request,
    place,
    notice,
    citizen,
    form,
    set,
    lines,
    vat,
    scores,
    service,
    minutes,
    series,
    receipt_number,
    total,
    hex,
};
struct Member {
    const char* key;
    As as;
    unsigned field;
};

// The members of this kind of intent, in the order in which one foretells the next.
std::span<const Member> members_of(core::Kind kind);

}  // namespace spot::sync
