// The versions of the catalogue that are here: the one that ships with the program, and those that
// the hub has published.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/catalogue_texts.h"
#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Why = std::optional<std::string_view>;

// Looked up together: twice what the largest version so far has. More are read one by one.
constexpr std::uint64_t kPartsAtOnceMax = 4096;
// On the shelf "catalogue" each version's moment and hash, on "catalogue_text" its text.
constexpr std::string_view kShelf = "catalogue", kTexts = "catalogue_text";

Failure unknown_version() {
    return fail(Code::invalid, "catalogue: is no version that is known here");
}

}  // namespace

Result<> LedgerImpl::load_catalogues(Rows rows) {
    if (published_known) return {};
    std::vector<PublishedCatalogue> found;
    SPOT_ASSIGN(const auto shelf, rows.values(kShelf));
    for (const ValueRow& row : shelf) {
        const Json stored = Json::parse(row.value, nullptr, false);
        const auto hash = from_hex(text_in(stored, "hash"));
        if (!hash || hash->size() != Hash{}.size())
            return fail(Code::corrupt, "a version of the catalogue does not read");
        PublishedCatalogue& one = found.emplace_back();
        one.version = row.key;
        one.in_force = stored.value("in_force", Instant{0});
        std::copy(hash->begin(), hash->end(), one.hash.begin());
    }
    published = std::move(found);
    published_known = true;
    return {};
}

Result<std::string> LedgerImpl::catalogue_text(Rows rows, std::string_view version) {
    if (version == options.catalogue->version()) return shipped_catalogue();
    SPOT_ASSIGN(auto text, rows.value(kTexts, version));
    if (!text) return unknown_version();
    return std::move(*text);
}

bool LedgerImpl::is_published(std::string_view version) const {
    return std::any_of(published.begin(), published.end(),
                       [&](const PublishedCatalogue& one) { return one.version == version; });
}

bool LedgerImpl::is_parsed(std::string_view version) const {
    return version.empty() || version == options.catalogue->version() || parsed.contains(version);
}

Result<const Catalogue*> LedgerImpl::catalogue(Rows rows, std::string_view version) {
    if (version.empty() || version == options.catalogue->version()) return options.catalogue;
    SPOT_TRY(load_catalogues(rows));
    const auto at =
        std::find_if(published.begin(), published.end(),
                     [&](const PublishedCatalogue& one) { return one.version == version; });
    if (at == published.end()) return unknown_version();
    if (const auto known = parsed.find(version); known != parsed.end()) return known->second.get();
    SPOT_ASSIGN(const auto text, catalogue_text(rows, version));
    SPOT_ASSIGN(auto read, Catalogue::parse(text));
    auto& kept = parsed[std::string(version)];
    kept = std::make_unique<Catalogue>(std::move(read));
    return kept.get();
}

// An edit has to keep to the form that its request was filled under; a receipt may be for a
// request of any version, and the newest knows all services that there ever were.
Result<std::string> LedgerImpl::catalogue_version(Rows rows, Kind kind, const Json& intent) {
    if (kind == Kind::request_queue) return std::string(text_in(intent, "catalogue"));
    SPOT_TRY(load_catalogues(rows));
    if (published.empty()) return std::string();
    if (kind != Kind::request_edit && kind != Kind::hub_edit) return published.back().version;
    const auto request = id_in(intent, "request");
    SPOT_ASSIGN(const auto log, request ? logs.find(rows, request->log) : nullptr);
    if (!log) return std::string();  // an unknown request is refused for that
    SPOT_ASSIGN(const auto line, entries.read(rows, *log, request->seq));
    if (!line || line->erased) return std::string();
    const Json making = Json::parse(line->entry.intent, nullptr, false);
    return std::string(text_in(making, "catalogue"));
}

Result<const Catalogue*> LedgerImpl::catalogue_of(Rows rows, Kind kind, const Json& intent) {
    SPOT_ASSIGN(const auto version, catalogue_version(rows, kind, intent));
    return catalogue(rows, version);
}

void LedgerImpl::want_text(std::string_view version, Wanted& wanted) const {
    if (!is_parsed(version)) wanted.values.emplace_back(kTexts, version);
}

void LedgerImpl::want_catalogues(Wanted& wanted) const {
    if (!published_known) wanted.spaces.emplace_back(kShelf);
}

// What executing it reads.
void LedgerImpl::want_published(const Entry& publishing, const Json& intent, Wanted& wanted) const {
    want_catalogues(wanted);
    wanted.values.emplace_back(kTexts, text_in(intent, "base"));
    const auto count = intent.at("parts").get<std::uint64_t>();
    if (count < publishing.seq)
        wanted.ranges.push_back({publishing.log, publishing.seq - std::min(count, kPartsAtOnceMax),
                                 publishing.seq - 1});
}

Result<> LedgerImpl::keep_catalogue(Rows rows, const PublishedCatalogue& version,
                                    std::string_view text) {
    const Json stored{{"in_force", version.in_force}, {"hash", to_hex(version.hash)}};
    SPOT_TRY(rows.put(kShelf, version.version, stored.dump()));
    SPOT_TRY(rows.put(kTexts, version.version, text));
    published_known = false;
    return {};
}

// The parts that stand right in front of what says that they are all.
Result<bool> LedgerImpl::parts_before(Rows rows, const Entry& publishing, const Json& intent,
                                      std::vector<CataloguePart>& out) {
    const auto count = intent.at("parts").get<std::uint64_t>();
    if (count >= publishing.seq) return false;
    SPOT_ASSIGN(const auto log, logs.find(rows, publishing.log));
    for (std::uint64_t seq = publishing.seq - count; seq < publishing.seq; ++seq) {
        SPOT_ASSIGN(const auto held, entries.in_quarantine(rows, *log, seq));
        SPOT_ASSIGN(const auto line, entries.read(rows, *log, seq));
        if (held || !line || line->entry.kind != Kind::catalogue_set) return false;
        const Json part = Json::parse(line->entry.intent, nullptr, false);
        if (!part.is_object() || part.at("version") != intent.at("version")) return false;
        CataloguePart& one = out.emplace_back();
        one.group = text_in(part, "group");
        one.key = text_in(part, "key");
        one.definition = text_in(part, "definition");
    }
    return true;
}

// A version comes into force whole, in this transaction, or not at all.
Result<Why> LedgerImpl::take_catalogue(Rows rows, const Entry& publishing, const Json& intent) {
    const std::string version(text_in(intent, "version"));
    SPOT_TRY(load_catalogues(rows));
    for (const PublishedCatalogue& one : published)
        if (one.version == version)  // a hub that was set back says it again
            return to_hex(one.hash) == text_in(intent, "hash") ? Why() : Why("diverged");
    if (version == options.catalogue->version()) return Why("diverged");

    const auto before = catalogue_text(rows, text_in(intent, "base"));
    if (!before && before.error().code == Code::invalid) return Why("diverged");
    if (!before) return tl::make_unexpected(before.error());
    std::vector<CataloguePart> parts;
    SPOT_ASSIGN(const auto whole, parts_before(rows, publishing, intent, parts));
    if (!whole) return Why("diverged");
    const auto text = catalogue_with(*before, version, parts);
    const auto in_force = parse_moment(text_in(intent, "in_force"));
    if (!text || !in_force) return Why("diverged");
    const PublishedCatalogue found{version, in_force->ms, catalogue_hash(*text)};
    if (to_hex(found.hash) != text_in(intent, "hash")) return Why("diverged");
    // Written for a newer program than this one.
    if (!Catalogue::parse(*text) || !CatalogueTexts::parse(*text)) return Why("form");
    SPOT_TRY(keep_catalogue(rows, found, *text));
    return Why();
}

// ── The ledger's face.

Result<std::vector<PublishedCatalogue>> Catalogues::published() {
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) { return impl_.load_catalogues(tx); }));
    return impl_.published;
}

Result<> Catalogues::add(const PublishedCatalogue& version, std::string_view text) {
    return impl_.transact([&](Tx& tx) { return impl_.keep_catalogue(tx, version, text); });
}

Result<const Catalogue*> Catalogues::find(std::string_view version) {
    const Catalogue* out = nullptr;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, impl_.catalogue(tx, version));
        out = found;
        return {};
    }));
    return out;
}

const Catalogue& Catalogues::in_force_at(Instant now) {
    const Catalogue* out = impl_.options.catalogue;
    const auto done = impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_TRY(impl_.load_catalogues(tx));
        const auto& all = impl_.published;
        const auto last =
            std::find_if(all.rbegin(), all.rend(),
                         [&](const PublishedCatalogue& one) { return one.in_force <= now; });
        if (last == all.rend()) return {};
        SPOT_ASSIGN(const auto found, impl_.catalogue(tx, last->version));
        out = found;
        return {};
    });
    if (!done && !impl_.fault) impl_.fault = done.error();
    return *out;
}

Result<std::string> Catalogues::text(std::string_view version) {
    Result<std::string> out = std::string();
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        out = impl_.catalogue_text(tx, version);
        return out ? Result<>() : tl::make_unexpected(out.error());
    }));
    return out;
}

Result<std::optional<StationKey>> Catalogues::station_key(std::uint64_t device) {
    ByteWriter number;
    number.u64(device);
    SPOT_ASSIGN(const auto row, impl_.faces.values.get(kStationKeys, to_hex(number.bytes())));
    if (!row) return std::nullopt;
    const Json stored = Json::parse(*row, nullptr, false);
    StationKey out;
    const auto key = stored.is_object() ? from_hex(stored.value("key", "")) : std::nullopt;
    if (!key || key->size() != out.key.size())
        return fail(Code::corrupt, "a station's key does not read");
    std::copy(key->begin(), key->end(), out.key.begin());
    out.station = stored.value("station", "");
    return out;
}

}  // namespace spot::core
